import ArrowRight from "@carbon/icons-react/es/ArrowRight.js";
import { Button } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Assistant } from "../../api/agentTypes";
import { starters } from "../../api/endpoints";
import { keys } from "../../api/keys";
import { AssistantPicture } from "../../shared/assistants/AssistantPicture";
import { EmptyState } from "../../shared/EmptyState";
import { Mark } from "../../shared/Mark";

interface Props {
  hasDocuments: boolean;
  assistant?: Assistant;
  onAsk: (question: string) => void;
}

/** Four questions in the reader's language, where the documents that answer them are there. */
function useStarters(): string[] {
  const { i18n } = useTranslation();
  const { data } = useQuery({ queryKey: keys.starters, queryFn: starters, staleTime: 60_000 });
  const mine = data?.results.filter(({ language }) => language === i18n.language) ?? [];
  return mine.slice(0, 4).map(({ text }) => text);
}

function Questions({ questions, onAsk }: { questions: string[]; onAsk: Props["onAsk"] }) {
  const { t } = useTranslation();
  if (questions.length === 0) return null;
  return (
    <ul aria-label={t("chat.starters")}>
      {questions.map((question) => (
        <li key={question}>
          <button type="button" onClick={() => onAsk(question)}>
            <span>{question}</span> <ArrowRight aria-hidden="true" />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** A new conversation with an assistant: who it is, what it says, what it can be asked. */
function Greeting({ assistant, onAsk }: { assistant: Assistant; onAsk: Props["onAsk"] }) {
  return (
    <div className="welcome">
      <AssistantPicture picture={assistant.picture} size={32} />
      <h1>{assistant.name}</h1>
      <p>{assistant.greeting || assistant.purpose}</p>
      <Questions questions={assistant.starters} onAsk={onAsk} />
    </div>
  );
}

/** A new conversation: what this is for, and a few questions to begin with. */
export function Welcome({ hasDocuments, assistant, onAsk }: Props) {
  const { t } = useTranslation();
  const questions = useStarters();
  if (assistant) return <Greeting assistant={assistant} onAsk={onAsk} />;
  if (!hasDocuments)
    return (
      <EmptyState title={t("chat.emptyTitle")} text={t("chat.emptyNone")} level={1}>
        <Button as={Link} to="/knowledge">
          {t("chat.emptyNoneAction")}
        </Button>
      </EmptyState>
    );
  return (
    <div className="welcome">
      <Mark size={44} />
      <h1>{t("chat.emptyTitle")}</h1>
      <p>{t("chat.emptyText")}</p>
      <Questions questions={questions} onAsk={onAsk} />
    </div>
  );
}
