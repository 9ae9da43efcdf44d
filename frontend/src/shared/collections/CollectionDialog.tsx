import { Modal, RadioButton, RadioButtonGroup, TextArea, TextInput } from "@carbon/react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { collections, type CollectionBody } from "../../api/endpoints";
import { keys } from "../../api/keys";
import type { Collection, Visibility } from "../../api/types";
import { GroupPicker } from "../GroupPicker";
import { useToast } from "../toast/context";
import { fieldError, useErrorText } from "../useErrorText";

interface Props {
  /** What to edit; none makes a new one. */
  collection?: Collection;
  onClose: () => void;
}

function useSave(collection: Collection | undefined, onClose: () => void) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const toast = useToast();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: (body: CollectionBody) =>
      collection ? collections.change(collection.id, body) : collections.create(body),
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: keys.collections });
      toast({ kind: "success", title: t(collection ? "knowledge.collectionSaved" : "knowledge.collectionCreated") });
      onClose();
      if (!collection) void navigate(`/knowledge/collections/${saved.id}`);
    },
  });
}

export function CollectionDialog({ collection, onClose }: Props) {
  const { t } = useTranslation();
  const textOf = useErrorText();
  const save = useSave(collection, onClose);
  const [name, setName] = useState(collection?.name ?? "");
  const [description, setDescription] = useState(collection?.description ?? "");
  const [visibility, setVisibility] = useState<Visibility>(collection?.visibility ?? "everyone");
  const [chosen, setChosen] = useState(collection?.groups.map(({ id }) => id) ?? []);
  const ready = name.trim() !== "" && !save.isPending;
  const submit = () => {
    const groupIds = visibility === "groups" ? chosen : [];
    if (ready) save.mutate({ name: name.trim(), description: description.trim(), visibility, groups: groupIds });
  };
  return (
    <Modal
      open
      size="sm"
      modalHeading={t(collection ? "knowledge.editCollection" : "knowledge.newCollection")}
      primaryButtonText={t("common.save")}
      secondaryButtonText={t("common.cancel")}
      closeButtonLabel={t("common.close")}
      primaryButtonDisabled={!ready}
      selectorPrimaryFocus="#collection-name"
      onRequestSubmit={submit}
      onRequestClose={onClose}
    >
      <div className="stack">
        <TextInput
          id="collection-name"
          labelText={t("common.name")}
          value={name}
          maxLength={100}
          invalid={save.error !== null}
          invalidText={fieldError(save.error, "name") ?? (save.error ? textOf(save.error) : undefined)}
          onChange={(event) => setName(event.target.value)}
        />
        <TextArea
          id="collection-description"
          labelText={`${t("common.description")} (${t("common.optional")})`}
          rows={2}
          value={description}
          onChange={(event) => setDescription(event.target.value)}
        />
        <RadioButtonGroup
          name="visibility"
          legendText={t("knowledge.readers")}
          orientation="vertical"
          valueSelected={visibility}
          onChange={(value) => setVisibility(value as Visibility)}
        >
          <RadioButton id="visibility-everyone" value="everyone" labelText={t("knowledge.visibilityEveryone")} />
          <RadioButton id="visibility-groups" value="groups" labelText={t("knowledge.visibilityGroups")} />
        </RadioButtonGroup>
        {visibility === "groups" && <GroupPicker id="collection-groups" title={t("knowledge.groups")} none={t("knowledge.noGroups")} chosen={chosen} onChange={setChosen} />}
      </div>
    </Modal>
  );
}
