import { Modal, TextInput } from "@carbon/react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { allPages } from "../../api/allPages";
import { groups, people } from "../../api/endpoints";
import { keys } from "../../api/keys";
import type { Group } from "../../api/types";
import { PickMany } from "../../shared/PickMany";
import { useToast } from "../../shared/toast/context";
import { fieldError, useErrorText } from "../../shared/useErrorText";

interface Props {
  /** What to edit; none makes a new one. */
  group?: Group;
  onClose: () => void;
}

interface Fields {
  name: string;
  description: string;
  members: string[];
}

async function save(group: Group | undefined, fields: Fields): Promise<void> {
  const { members, ...words } = fields;
  const id = group?.id ?? (await groups.create(words)).id;
  if (group || members.length) await groups.change(id, fields);
}

function useSave({ group, onClose }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const toast = useToast();
  return useMutation({
    mutationFn: (fields: Fields) => save(group, fields),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.groups });
      void client.invalidateQueries({ queryKey: keys.people });
      toast({ kind: "success", title: t(group ? "groups.saved" : "groups.created") });
      onClose();
    },
  });
}

export function GroupDialog({ group, onClose }: Props) {
  const { t } = useTranslation();
  const textOf = useErrorText();
  const saving = useSave({ group, onClose });
  const { data: everybody = [] } = useQuery({ queryKey: keys.people, queryFn: () => allPages(people.list) });
  const [fields, setFields] = useState<Fields>({
    name: group?.name ?? "",
    description: group?.description ?? "",
    members: group?.members?.map(({ id }) => id) ?? [],
  });
  const ready = fields.name.trim() !== "" && !saving.isPending;
  return (
    <Modal
      open
      size="sm"
      modalHeading={t(group ? "groups.edit" : "groups.new")}
      primaryButtonText={t("common.save")}
      secondaryButtonText={t("common.cancel")}
      closeButtonLabel={t("common.close")}
      primaryButtonDisabled={!ready}
      selectorPrimaryFocus="#group-name"
      onRequestSubmit={() => ready && saving.mutate({ ...fields, name: fields.name.trim() })}
      onRequestClose={onClose}
    >
      <div className="stack">
        <TextInput id="group-name" labelText={t("common.name")} maxLength={100} value={fields.name} invalid={saving.error !== null} invalidText={fieldError(saving.error, "name") ?? (saving.error ? textOf(saving.error) : undefined)} onChange={(event) => setFields({ ...fields, name: event.target.value })} />
        <TextInput id="group-description" labelText={`${t("common.description")} (${t("common.optional")})`} value={fields.description} onChange={(event) => setFields({ ...fields, description: event.target.value })} />
        <PickMany
          id="group-members"
          title={t("groups.members")}
          label={fields.members.length ? t("groups.membersCount", { count: fields.members.length }) : t("groups.chooseMembers")}
          items={everybody}
          nameOf={(person) => person.name || person.email}
          chosen={fields.members}
          onChange={(members) => setFields({ ...fields, members })}
        />
      </div>
    </Modal>
  );
}
