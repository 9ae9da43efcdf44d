import Edit from "@carbon/icons-react/es/Edit.js";
import { Button, Checkbox, IconButton, TableCell, TableRow, Tag } from "@carbon/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { keys } from "../../api/keys";
import type { JsonSchema } from "../../api/toolTypes";
import type { Citation } from "../../api/types";
import { extractions } from "../../api/work";
import type { ExtractedRow, Finding } from "../../api/workTypes";
import { TextDialog } from "../../shared/dialog/TextDialog";
import { useFormat } from "../../shared/format";
import { useChange } from "../../shared/useChange";
import { PlainValue } from "../../shared/values/PlainValue";
import { cellText, cellValue, fieldTitle, findingOf } from "./cells";

const UNSURE = 0.7;

interface FindingProps {
  finding: Finding;
  onCite: (citation: Citation) => void;
}

/** How sure a value is, and where it stands. */
function Ground({ finding, onCite }: FindingProps) {
  const { t } = useTranslation();
  const { share } = useFormat();
  const { how, confidence, citation } = finding;
  const sure = how === "corrected" || confidence >= UNSURE;
  return (
    <div className="extraction__ground">
      <Tag size="sm" type={how === "corrected" ? "blue" : sure ? "green" : "magenta"}>
        {how === "corrected" || how === "not_found" ? t(`extractions.how.${how}`) : `${t(`extractions.how.${how}`)} ${share(confidence)}`}
      </Tag>
      {citation?.passage_id && (
        <Button kind="ghost" size="sm" onClick={() => onCite({ ...citation, marker: 1 })}>
          {t("extractions.place")}
        </Button>
      )}
    </div>
  );
}

interface Props {
  extraction: string;
  row: ExtractedRow;
  names: string[];
  schema: JsonSchema;
  onCite: (citation: Citation) => void;
}

/** One document's values: corrected by a click, confirmed by a tick. */
export function ReviewRow({ extraction, row, names, schema, onCite }: Props) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState<string | null>(null);
  const change = useChange((body: Parameters<typeof extractions.correct>[2]) => extractions.correct(extraction, row.id, body), { stale: keys.extraction(extraction), onDone: () => setEditing(null) });
  const read = row.values !== null;
  return (
    <TableRow>
      <TableCell className="cell-wrap">
        <span className="cell-strong">{row.title}</span>
        {row.status !== "complete" && (
          <div>
            <Tag size="sm" type={row.status === "failed" ? "red" : "gray"}>{t(`extractions.status.${row.status}`)}</Tag>
          </div>
        )}
        {row.problems.map(({ path, detail }) => (
          <p key={`${path}${detail}`} className="form-error">
            {path} {detail}
          </p>
        ))}
      </TableCell>
      {names.map((name) => {
        const finding = findingOf(row, name);
        return (
          <TableCell key={name} className="cell-wrap">
            <div className="extraction__value">
              <PlainValue value={row.values?.[name]} nested />
              {read && (
                <IconButton kind="ghost" size="sm" label={t("extractions.correct", { name: fieldTitle(name) })} onClick={() => setEditing(name)}>
                  <Edit />
                </IconButton>
              )}
            </div>
            {finding && <Ground finding={finding} onCite={onCite} />}
          </TableCell>
        );
      })}
      <TableCell>
        <Checkbox id={`confirmed-${row.id}`} labelText={t("extractions.confirmOne", { title: row.title })} hideLabel checked={row.confirmed_at !== null} disabled={!read || change.isPending} onChange={(_, { checked }) => change.mutate({ confirmed: checked })} />
        {editing && (
          <TextDialog
            title={t("extractions.correct", { name: fieldTitle(editing) })}
            label={fieldTitle(editing)}
            initial={cellText(row.values?.[editing])}
            busy={change.isPending}
            onSubmit={(text) => change.mutate({ values: { [editing]: cellValue(text, schema.properties?.[editing] ?? {}) } })}
            onClose={() => setEditing(null)}
          />
        )}
      </TableCell>
    </TableRow>
  );
}
