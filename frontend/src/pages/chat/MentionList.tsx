import { useTranslation } from "react-i18next";
import type { Assistant } from "../../api/agentTypes";
import { AssistantPicture } from "../../shared/assistants/AssistantPicture";

interface Props {
  id: string;
  found: Assistant[];
  active: number;
  onChoose: (assistant: Assistant) => void;
}

export const optionId = (id: string, slug: string) => `${id}-${slug}`;

/** The assistants that an @ can mean. The focus stays in the text: the field says which one is meant. */
export function MentionList({ id, found, active, onChoose }: Props) {
  const { t } = useTranslation();
  return (
    <ul id={id} className="mentions" role="listbox" aria-label={t("chat.assistants")}>
      {found.map((assistant, index) => (
        // eslint-disable-next-line jsx-a11y/click-events-have-key-events -- the field above takes the keys
        <li
          key={assistant.slug}
          id={optionId(id, assistant.slug)}
          role="option"
          aria-selected={index === active}
          className="mentions__one"
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => onChoose(assistant)}
        >
          <AssistantPicture picture={assistant.picture} size={16} />
          <span>
            <strong>{assistant.name}</strong> <span className="muted">@{assistant.slug}</span>
          </span>
          <span className="mentions__purpose muted">{assistant.purpose}</span>
        </li>
      ))}
    </ul>
  );
}
