import { Button, Select, SelectItem, TextArea } from "@carbon/react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { allPages } from "../../api/allPages";
import { conversations } from "../../api/endpoints";
import { keys } from "../../api/keys";
import { summaries } from "../../api/work";
import type { SummaryBody } from "../../api/workTypes";
import { DocumentPicker, NOTHING_PICKED, type Picked } from "../../shared/documents/DocumentPicker";
import { useErrorText } from "../../shared/useErrorText";

const SOURCES = ["documents", "conversation", "text"] as const;
const KINDS = ["document", "meeting", "mail"] as const;
const STYLES = ["executive", "bullets", "minutes", "official"] as const;
const LENGTHS = ["short", "medium", "long"] as const;
const LANGUAGES = ["auto", "zh-Hant", "en", "zh-Hans"] as const;

type Source = (typeof SOURCES)[number];

interface From {
  picked: Picked;
  conversation: string;
  text: string;
}

/** What is summarised, as it is sent; nothing while it is not said. */
function sourceOf(source: Source, { picked, conversation, text }: From): SummaryBody | null {
  if (source === "conversation") return conversation ? { conversation } : null;
  if (source === "text") return text.trim() ? { text } : null;
  if (picked.document) return { document: picked.document };
  return picked.collection ? { collection: picked.collection } : null;
}

function Conversations({ value, onChange }: { value: string; onChange: (id: string) => void }) {
  const { t } = useTranslation();
  const { data = [] } = useQuery({ queryKey: [...keys.conversations, "all"], queryFn: () => allPages(conversations.list, 200) });
  return (
    <Select id="summary-conversation" labelText={t("chat.conversation")} value={value} onChange={({ target }) => onChange(target.value)}>
      <SelectItem value="" text={t("work.choose")} />
      {data.map(({ id, title }) => (
        <SelectItem key={id} value={id} text={title || t("chat.untitled")} />
      ))}
    </Select>
  );
}

/** What is to be summarised, and how. */
export function NewSummary() {
  const { t } = useTranslation();
  const textOf = useErrorText();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [source, setSource] = useState<Source>("documents");
  const [from, setFrom] = useState<From>({ picked: NOTHING_PICKED, conversation: "", text: "" });
  const [wish, setWish] = useState({ kind: "document", style: "executive", length: "medium", language: "auto" } as Required<Pick<SummaryBody, "kind" | "style" | "length" | "language">>);
  const body = sourceOf(source, from);
  const starting = useMutation({
    mutationFn: () => summaries.create({ ...body, ...wish }),
    onSuccess: ({ id }) => {
      void client.invalidateQueries({ queryKey: keys.summaries });
      void navigate(`/summaries/${id}`);
    },
  });
  const choice = <N extends keyof typeof wish>(name: N, values: readonly (typeof wish)[N][], text: (value: (typeof wish)[N]) => string) => (
    <Select id={`summary-${name}`} labelText={t(`summaries.${name as "kind"}`)} value={wish[name]} onChange={({ target }) => setWish({ ...wish, [name]: target.value })}>
      {values.map((value) => (
        <SelectItem key={value} value={value} text={text(value)} />
      ))}
    </Select>
  );
  return (
    <form
      className="stack work-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (body && !starting.isPending) starting.mutate();
      }}
    >
      <Select id="summary-source" labelText={t("summaries.source")} value={source} onChange={({ target }) => setSource(target.value as Source)}>
        {SOURCES.map((each) => (
          <SelectItem key={each} value={each} text={t(`summaries.sources.${each}`)} />
        ))}
      </Select>
      {source === "documents" && <DocumentPicker picked={from.picked} onChange={(picked) => setFrom({ ...from, picked })} />}
      {source === "conversation" && <Conversations value={from.conversation} onChange={(conversation) => setFrom({ ...from, conversation })} />}
      {source === "text" && <TextArea id="summary-text" labelText={t("summaries.text")} rows={8} value={from.text} onChange={({ target }) => setFrom({ ...from, text: target.value })} />}
      <div className="form-grid">
        {choice("kind", KINDS, (value) => t(`summaries.kinds.${value}`))}
        {choice("style", STYLES, (value) => t(`summaries.styles.${value}`))}
        {choice("length", LENGTHS, (value) => t(`summaries.lengths.${value}`))}
        {choice("language", LANGUAGES, (value) => t(`summaries.languages.${value}`))}
      </div>
      {starting.error && <p className="form-error" role="alert">{textOf(starting.error)}</p>}
      <div>
        <Button type="submit" disabled={!body || starting.isPending}>
          {t("summaries.start")}
        </Button>
      </div>
    </form>
  );
}
