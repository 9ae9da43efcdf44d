import CheckmarkFilled from "@carbon/icons-react/es/CheckmarkFilled.js";
import ErrorFilled from "@carbon/icons-react/es/ErrorFilled.js";
import Subtract from "@carbon/icons-react/es/Subtract.js";
import WarningAlt from "@carbon/icons-react/es/WarningAlt.js";
import { InlineLoading, Modal } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { modelEndpoints } from "../../api/endpoints";
import type { CheckedStep, ModelEndpoint } from "../../api/endpointTypes";
import { ErrorState } from "../../shared/ErrorState";

const ICONS = { passed: CheckmarkFilled, failed: ErrorFilled, missing: WarningAlt, skipped: Subtract };

function Step({ step }: { step: CheckedStep }) {
  const { t } = useTranslation();
  const Icon = ICONS[step.status];
  return (
    <li className={`endpoint-step endpoint-step--${step.status}`}>
      <Icon aria-label={t(`endpoints.status.${step.status}`)} />
      <div>
        <span className="cell-strong">{t(`endpoints.steps.${step.name}`)}</span>
        <div className="muted">{step.detail}</div>
      </div>
    </li>
  );
}

/** Tries the endpoint as it is stored, and shows step by step what came of it. */
export function TestDialog({ endpoint, onClose }: { endpoint: ModelEndpoint; onClose: () => void }) {
  const { t } = useTranslation();
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ["endpoint-test", endpoint.slug],
    queryFn: () => modelEndpoints.test(endpoint.slug),
    gcTime: 0,
    retry: false,
    refetchOnWindowFocus: false,
  });
  return (
    <Modal
      open
      size="sm"
      modalHeading={t("endpoints.testTitle", { name: endpoint.name })}
      primaryButtonText={t("endpoints.testAgain")}
      secondaryButtonText={t("common.close")}
      closeButtonLabel={t("common.close")}
      primaryButtonDisabled={isFetching}
      onRequestSubmit={() => void refetch()}
      onRequestClose={onClose}
    >
      <div aria-live="polite">
        {isFetching && <InlineLoading description={t("endpoints.testing")} />}
        {error && !isFetching && <ErrorState error={error} />}
        {data && !isFetching && (
          <>
            <p>{t(data.passed ? "endpoints.works" : "endpoints.doesNotWork")}</p>
            <ol className="endpoint-steps">
              {data.steps.map((step) => (
                <Step key={step.name} step={step} />
              ))}
            </ol>
            {data.models.length > 0 && <p className="muted">{t("endpoints.offers", { models: data.models.slice(0, 20).join(", ") })}</p>}
          </>
        )}
      </div>
    </Modal>
  );
}
