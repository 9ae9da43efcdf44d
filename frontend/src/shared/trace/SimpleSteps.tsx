import CheckmarkOutline from "@carbon/icons-react/es/CheckmarkOutline.js";
import Hourglass from "@carbon/icons-react/es/Hourglass.js";
import WarningAlt from "@carbon/icons-react/es/WarningAlt.js";
import type { Step } from "../../api/types";
import { deedsOf } from "./parts";

const ICONS = { completed: CheckmarkOutline, failed: WarningAlt, waiting: Hourglass, running: Hourglass };

/** What was done, a short sentence each. */
export function SimpleSteps({ steps }: { steps: Step[] }) {
  return (
    <ul className="simple-steps">
      {deedsOf(steps).map((step) => {
        const Icon = ICONS[step.status];
        return (
          <li key={step.id} className={`simple-steps__${step.status}`}>
            <Icon aria-hidden="true" /> <span>{step.simple!.text}</span>
          </li>
        );
      })}
    </ul>
  );
}
