import { Button, Modal } from "@carbon/react";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { audit } from "../../api/endpoints";
import type { AuditVerdict } from "../../api/auditTypes";
import { useToast } from "../../shared/toast/context";
import { useErrorText } from "../../shared/useErrorText";

function Verdict({ verdict, onClose }: { verdict: AuditVerdict; onClose: () => void }) {
  const { t } = useTranslation();
  const broken = t("audit.brokenText", { entry: verdict.first_broken ?? "–", reason: verdict.reason });
  return (
    <Modal
      open
      passiveModal
      size="sm"
      modalHeading={t(verdict.ok ? "audit.intact" : "audit.broken")}
      closeButtonLabel={t("common.close")}
      onRequestClose={onClose}
    >
      <p>{verdict.ok ? t("audit.intactText", { count: verdict.checked }) : broken}</p>
    </Modal>
  );
}

export function VerifyButton() {
  const { t } = useTranslation();
  const toast = useToast();
  const textOf = useErrorText();
  const verify = useMutation({
    mutationFn: audit.verify,
    onError: (error) => toast({ kind: "error", title: t("errors.title"), text: textOf(error) }),
  });
  return (
    <>
      <Button kind="tertiary" disabled={verify.isPending} onClick={() => verify.mutate()}>
        {t(verify.isPending ? "audit.verifying" : "audit.verify")}
      </Button>
      {verify.data && <Verdict verdict={verify.data} onClose={verify.reset} />}
    </>
  );
}
