import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { approvals } from "../../api/agents";
import type { Approval } from "../../api/agentTypes";
import { runs } from "../../api/endpoints";
import { keys } from "../../api/keys";
import { ApprovalCard } from "../../shared/approvals/ApprovalCard";

const LOOK_MS = 8_000;

interface Props {
  runId: string;
  /** As the run's stream told of them. */
  asked: Approval[];
}

/** What the run waits for. A second person may decide elsewhere: only looking again shows that. */
export function WaitingApprovals({ runId, asked }: Props) {
  const { data: run, refetch } = useQuery({ queryKey: keys.run(runId), queryFn: () => runs.one(runId), refetchInterval: LOOK_MS });
  const client = useQueryClient();
  // The navigation's count and the page of approvals know of it as soon as this does.
  useEffect(() => void client.invalidateQueries({ queryKey: keys.approvals }), [client, asked.length]);
  const now = new Map(run?.steps.map(({ id, approval }) => [id, approval]));
  return (
    <div className="approvals">
      {asked.map((each) => {
        const approval = now.get(each.step) ?? each;
        return (
          <ApprovalCard
            key={approval.id}
            approval={approval}
            decide={async (body) => {
              const decided = await approvals.decide(runId, each.step, body);
              await refetch();
              return decided;
            }}
          />
        );
      })}
    </div>
  );
}
