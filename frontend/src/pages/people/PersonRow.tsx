import { OverflowMenu, OverflowMenuItem, TableCell, TableRow, Tag } from "@carbon/react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { people } from "../../api/endpoints";
import { keys } from "../../api/keys";
import type { Person } from "../../api/types";
import { useMe } from "../../api/useMe";
import { ConfirmDialog } from "../../shared/dialog/ConfirmDialog";
import { useFormat } from "../../shared/format";
import { useToast } from "../../shared/toast/context";
import { useErrorText } from "../../shared/useErrorText";
import type { ShownPassword } from "./PasswordDialog";
import { PersonDialog } from "./PersonDialog";

interface Props {
  person: Person;
  onPassword: (shown: ShownPassword) => void;
}

function usePersonActions({ person, onPassword }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const toast = useToast();
  const textOf = useErrorText();
  const onError = (error: unknown) => toast({ kind: "error", title: t("errors.title"), text: textOf(error) });
  const activate = useMutation({
    mutationFn: (is_active: boolean) => people.change(person.id, { is_active }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.people }),
    onError,
  });
  const reset = useMutation({
    mutationFn: () => people.newPassword(person.id),
    onSuccess: ({ password }) => onPassword({ name: person.name || person.email, password }),
    onError,
  });
  return { activate, reset };
}

export function PersonRow({ person, onPassword }: Props) {
  const { t } = useTranslation();
  const { time } = useFormat();
  const { data: me } = useMe();
  const { activate, reset } = usePersonActions({ person, onPassword });
  const [open, setOpen] = useState<"edit" | "password" | null>(null);
  const close = () => setOpen(null);
  const name = person.name || person.email;
  const isMe = me?.id === person.id;
  const label = t("people.actionsFor", { name });
  return (
    <TableRow>
      <TableCell>
        <span className="cell-strong">{name}</span> {isMe && <span className="muted">({t("people.you")})</span>}
        <div className="muted">{person.email}</div>
      </TableCell>
      <TableCell>{t(`user.${person.role}`)}</TableCell>
      <TableCell>{person.groups.map((group) => group.name).join(", ") || "–"}</TableCell>
      <TableCell>
        <Tag type={person.is_active ? "green" : "gray"} size="sm">
          {t(person.is_active ? "people.active" : "people.inactive")}
        </Tag>
      </TableCell>
      <TableCell>{person.last_login ? time(person.last_login) : t("common.never")}</TableCell>
      <TableCell className="cell-actions">
        <OverflowMenu flipped iconDescription={label} aria-label={label}>
          <OverflowMenuItem itemText={t("common.edit")} onClick={() => setOpen("edit")} />
          <OverflowMenuItem itemText={t("people.newPassword")} onClick={() => setOpen("password")} />
          <OverflowMenuItem
            itemText={t(person.is_active ? "people.deactivate" : "people.activate")}
            disabled={isMe}
            onClick={() => activate.mutate(!person.is_active)}
          />
        </OverflowMenu>
        {open === "edit" && <PersonDialog person={person} onClose={close} onPassword={onPassword} />}
        {open === "password" && (
          <ConfirmDialog title={t("people.newPassword")} action={t("people.newPassword")} danger={false} onConfirm={() => (close(), reset.mutate())} onClose={close}>
            <p>{t("people.newPasswordText", { name })}</p>
          </ConfirmDialog>
        )}
      </TableCell>
    </TableRow>
  );
}
