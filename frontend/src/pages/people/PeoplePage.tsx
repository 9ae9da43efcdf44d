import Add from "@carbon/icons-react/es/Add.js";
import { Button, DataTableSkeleton, Search, Table, TableBody } from "@carbon/react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { allPages } from "../../api/allPages";
import { people } from "../../api/endpoints";
import { keys } from "../../api/keys";
import type { Person } from "../../api/types";
import { ColumnHeads } from "../../shared/ColumnHeads";
import { ErrorState } from "../../shared/ErrorState";
import { PageHeader } from "../../shared/PageHeader";
import { TableFrame } from "../../shared/TableFrame";
import { PersonDialog } from "./PersonDialog";
import { PersonRow } from "./PersonRow";
import { PasswordDialog, type ShownPassword } from "./PasswordDialog";

interface TableProps {
  all: Person[];
  onPassword: (shown: ShownPassword) => void;
}

function PeopleTable({ all, onPassword }: TableProps) {
  const { t } = useTranslation();
  const [words, setWords] = useState("");
  const wanted = words.trim().toLocaleLowerCase();
  const shown = all.filter((person) => `${person.name} ${person.email}`.toLocaleLowerCase().includes(wanted));
  const columns = ["common.name", "people.role", "people.groups", "people.state", "people.lastLogin"] as const;
  return (
    <>
      <div className="toolbar">
        <div className="toolbar__grow">
          <Search id="people-filter" size="md" labelText={t("people.filter")} placeholder={t("people.filter")} closeButtonLabelText={t("common.clear")} value={words} onChange={(event) => setWords(event.target.value)} />
        </div>
      </div>
      <TableFrame label={t("people.title")}>
        <Table size="lg" aria-label={t("people.title")}>
          <ColumnHeads actions columns={columns.map((column) => t(column))} />
          <TableBody>
            {shown.map((person) => (
              <PersonRow key={person.id} person={person} onPassword={onPassword} />
            ))}
          </TableBody>
        </Table>
      </TableFrame>
      {shown.length === 0 && <p className="muted">{t("people.noMatch")}</p>}
    </>
  );
}

export function Component() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({ queryKey: keys.people, queryFn: () => allPages(people.list) });
  const [adding, setAdding] = useState(false);
  const [password, setPassword] = useState<ShownPassword | null>(null);
  return (
    <div className="page">
      <PageHeader title={t("people.title")} lead={t("people.lead")}>
        <Button renderIcon={Add} onClick={() => setAdding(true)}>
          {t("people.new")}
        </Button>
      </PageHeader>
      {error && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <DataTableSkeleton showHeader={false} showToolbar={false} columnCount={5} />}
      {data && <PeopleTable all={data} onPassword={setPassword} />}
      {adding && <PersonDialog onClose={() => setAdding(false)} onPassword={setPassword} />}
      {password && <PasswordDialog shown={password} onClose={() => setPassword(null)} />}
    </div>
  );
}
