import Chat from "@carbon/icons-react/es/Chat.js";
import Edit from "@carbon/icons-react/es/Edit.js";
import { Button, Tag } from "@carbon/react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Assistant } from "../../api/agentTypes";
import { AssistantPicture } from "../../shared/assistants/AssistantPicture";

function State({ assistant }: { assistant: Assistant }) {
  const { t } = useTranslation();
  if (!assistant.version) return <Tag size="sm" type="gray">{t("assistants.draft")}</Tag>;
  if (!assistant.enabled) return <Tag size="sm" type="gray">{t("assistants.off")}</Tag>;
  if (assistant.newest && assistant.newest > assistant.version) return <Tag size="sm" type="blue">{t("assistants.newerDraft")}</Tag>;
  return null;
}

/** One assistant: whom it is, what it is for, and the ways to it. */
export function AssistantCard({ assistant }: { assistant: Assistant }) {
  const { t } = useTranslation();
  const { slug, name } = assistant;
  const answers = assistant.enabled && assistant.version;
  return (
    <li className="assistant-card">
      <AssistantPicture picture={assistant.picture} size={32} />
      <h2>{name}</h2>
      <p className="assistant-card__text">{assistant.purpose}</p>
      <p className="mono muted">
        @{slug} <State assistant={assistant} />
      </p>
      <div className="assistant-card__actions">
        {answers && (
          <Button as={Link} to={`/chat?assistant=${slug}`} kind="tertiary" size="sm" renderIcon={Chat} aria-label={t("assistants.chatWith", { name })}>
            {t("assistants.chat")}
          </Button>
        )}
        {assistant.can_edit && (
          <Button as={Link} to={`/assistants/${slug}`} kind="ghost" size="sm" renderIcon={Edit} aria-label={t("assistants.editOne", { name })}>
            {t("common.edit")}
          </Button>
        )}
      </div>
    </li>
  );
}
