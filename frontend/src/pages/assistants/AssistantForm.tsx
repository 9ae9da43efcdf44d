import { useTranslation } from "react-i18next";
import { About } from "./sections/About";
import { Behaviour, LimitFields } from "./sections/Behaviour";
import { Knowledge } from "./sections/Knowledge";
import { Section, type SectionProps } from "./sections/Section";
import { SharingFields } from "./sections/SharingFields";
import { ToolChoice } from "./sections/ToolChoice";
import { Welcoming } from "./sections/Welcoming";

/** All that an assistant is, part by part. */
export function AssistantForm({ owner, ...props }: SectionProps & { owner: boolean }) {
  const { t } = useTranslation();
  return (
    <div className="assistant-form">
      <Section title={t("assistants.sections.about")}>
        <About {...props} />
      </Section>
      <Section title={t("assistants.sections.behaviour")}>
        <Behaviour {...props} />
      </Section>
      <Section title={t("assistants.sections.knowledge")} lead={t("assistants.knowledgeLead")}>
        <Knowledge {...props} />
      </Section>
      <Section title={t("assistants.sections.tools")} lead={t("assistants.toolsLead")}>
        <ToolChoice {...props} />
      </Section>
      <Section title={t("assistants.sections.welcome")}>
        <Welcoming {...props} />
      </Section>
      <Section title={t("assistants.sections.limits")} lead={t("assistants.limitsLead")}>
        <LimitFields {...props} />
      </Section>
      <Section title={t("assistants.sections.sharing")} lead={t("assistants.sharingLead")}>
        <SharingFields {...props} owner={owner} />
      </Section>
    </div>
  );
}
