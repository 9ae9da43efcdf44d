import Upload from "@carbon/icons-react/es/Upload.js";
import { Button } from "@carbon/react";
import { useRef, useState, type DragEvent } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  name: string;
  onFiles: (files: File[]) => void;
}

/** Drop files here, or choose them; what can be read is for the server to say. */
export function DropZone({ name, onFiles }: Props) {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    onFiles([...event.dataTransfer.files]);
  };
  return (
    <div
      className={over ? "drop-zone drop-zone--over" : "drop-zone"}
      role="group"
      aria-label={t("documents.add")}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Upload size={24} aria-hidden="true" />
      <div className="drop-zone__words">
        <strong>{over ? t("documents.dropNow", { name }) : t("documents.drop")}</strong>
        <span>{t("documents.dropTypes")}</span>
      </div>
      <Button kind="primary" size="md" onClick={() => input.current?.click()}>
        {t("documents.choose")}
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={t("documents.choose")}
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
    </div>
  );
}
