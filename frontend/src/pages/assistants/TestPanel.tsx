import { Button } from "@carbon/react";
import { useMutation } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { assistants } from "../../api/agents";
import { runs } from "../../api/endpoints";
import { ErrorState } from "../../shared/ErrorState";
import { Composer } from "../chat/Composer";
import { contentOf, type Fields } from "./form";
import { Trial, type Tried } from "./Trial";

interface Props {
  slug?: string;
  fields: Fields;
}

/** Asks the assistant as the form says it is now, saved or not. Only who edits it sees these answers. */
export function TestPanel({ slug, fields }: Props) {
  const { t } = useTranslation();
  const [tried, setTried] = useState<Tried[]>([]);
  const asking = useMutation({
    mutationFn: (content: string) => {
      const history = tried.flatMap(({ question, answer }) => [{ role: "user" as const, content: question }, { role: "assistant" as const, content: answer ?? "" }]).filter((turn) => turn.content);
      return assistants.test(slug!, { ...contentOf(fields), content, history: history.slice(-10) });
    },
    onSuccess: ({ run }, question) => setTried((now) => [...now, { run: run.id, question, answer: null }]),
  });
  const stop = useMutation({ mutationFn: (run: string) => runs.cancel(run) });
  const end = useCallback((run: string, answer: string) => setTried((now) => now.map((each) => (each.run === run ? { ...each, answer } : each))), []);
  const running = tried.find(({ answer }) => answer === null);
  return (
    <section className="test-panel" aria-label={t("assistants.test")}>
      <header className="test-panel__head">
        <h2>{t("assistants.test")}</h2>
        {tried.length > 0 && !running && (
          <Button kind="ghost" size="sm" onClick={() => setTried([])}>
            {t("common.clear")}
          </Button>
        )}
      </header>
      <div className="test-panel__answers">
        {!slug && <p className="muted">{t("assistants.testAfterSaving")}</p>}
        {slug && tried.length === 0 && <p className="muted">{fields.greeting || t("assistants.testLead")}</p>}
        {tried.map((each) => (
          <Trial key={each.run} tried={each} picture={fields.picture} name={fields.name} onEnd={end} />
        ))}
        {asking.error && <ErrorState error={asking.error} />}
      </div>
      {slug && (
        <Composer running={running !== undefined} stopping={stop.isPending} busy={asking.isPending} onSend={(question) => asking.mutateAsync(question)} onStop={() => running && stop.mutate(running.run)}>
          <span />
        </Composer>
      )}
    </section>
  );
}
