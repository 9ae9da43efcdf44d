import { Modal, Select, SelectItem, TextInput } from "@carbon/react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { allPages } from "../../api/allPages";
import { groups, people } from "../../api/endpoints";
import { keys } from "../../api/keys";
import type { Person, Role } from "../../api/types";
import { PickMany } from "../../shared/PickMany";
import { useToast } from "../../shared/toast/context";
import { fieldError, useErrorText } from "../../shared/useErrorText";
import type { ShownPassword } from "./PasswordDialog";

interface Props {
  /** Whom to edit; nobody adds a new person. */
  person?: Person;
  onClose: () => void;
  onPassword: (shown: ShownPassword) => void;
}

interface Fields {
  email: string;
  name: string;
  role: Role;
  groups: string[];
}

/** A new person gets a made-up password, shown once. */
async function save(person: Person | undefined, fields: Fields): Promise<ShownPassword | null> {
  if (person) {
    const { name, role, groups: groupIds } = fields;
    await people.change(person.id, { name, role, groups: groupIds });
    return null;
  }
  const added = await people.create(fields);
  const { password } = await people.newPassword(added.id);
  return { name: added.name || added.email, password };
}

function useSave({ person, onClose, onPassword }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const toast = useToast();
  return useMutation({
    mutationFn: (fields: Fields) => save(person, fields),
    onSuccess: (shown) => {
      void client.invalidateQueries({ queryKey: keys.people });
      void client.invalidateQueries({ queryKey: keys.groups });
      toast({ kind: "success", title: t(person ? "people.saved" : "people.created") });
      onClose();
      if (shown) onPassword(shown);
    },
  });
}

export function PersonDialog(props: Props) {
  const { person, onClose } = props;
  const { t } = useTranslation();
  const textOf = useErrorText();
  const saving = useSave(props);
  const { data: allGroups = [] } = useQuery({ queryKey: keys.groups, queryFn: () => allPages(groups.list) });
  const [fields, setFields] = useState<Fields>({
    email: person?.email ?? "",
    name: person?.name ?? "",
    role: person?.role ?? "employee",
    groups: person?.groups.map(({ id }) => id) ?? [],
  });
  const chosen = allGroups.filter(({ id }) => fields.groups.includes(id));
  const ready = /.@./.test(fields.email) && !saving.isPending;
  const emailError = fieldError(saving.error, "email");
  return (
    <Modal
      open
      size="sm"
      modalHeading={t(person ? "people.edit" : "people.new")}
      primaryButtonText={t("common.save")}
      secondaryButtonText={t("common.cancel")}
      closeButtonLabel={t("common.close")}
      primaryButtonDisabled={!ready}
      selectorPrimaryFocus={person ? "#person-name" : "#person-email"}
      onRequestSubmit={() => ready && saving.mutate(fields)}
      onRequestClose={onClose}
    >
      <div className="stack">
        <TextInput id="person-email" type="email" labelText={t("people.email")} value={fields.email} readOnly={Boolean(person)} invalid={Boolean(emailError)} invalidText={emailError} onChange={(event) => setFields({ ...fields, email: event.target.value })} />
        <TextInput id="person-name" labelText={t("account.name")} value={fields.name} onChange={(event) => setFields({ ...fields, name: event.target.value })} />
        <Select id="person-role" labelText={t("people.role")} value={fields.role} onChange={(event) => setFields({ ...fields, role: event.target.value as Role })}>
          <SelectItem value="employee" text={t("user.employee")} />
          <SelectItem value="administrator" text={t("user.administrator")} />
        </Select>
        <PickMany
          id="person-groups"
          title={t("people.groups")}
          label={chosen.map(({ name }) => name).join(", ") || t("people.chooseGroups")}
          items={allGroups}
          nameOf={({ name }) => name}
          chosen={fields.groups}
          onChange={(groups) => setFields({ ...fields, groups })}
        />
        {saving.error && !emailError && <p className="form-error" role="alert">{textOf(saving.error)}</p>}
      </div>
    </Modal>
  );
}
