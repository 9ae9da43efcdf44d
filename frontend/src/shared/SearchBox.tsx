import { Button, Search } from "@carbon/react";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

/** Search over everything the person may read. Mount it with `key` when `initial` may change. */
export function SearchBox({ initial = "" }: { initial?: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [query, setQuery] = useState(initial);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (query.trim()) void navigate(`/knowledge/search?q=${encodeURIComponent(query.trim())}`);
  };
  return (
    <form className="search-box" role="search" onSubmit={submit}>
      <Search
        id="knowledge-search"
        size="lg"
        labelText={t("knowledge.search")}
        placeholder={t("knowledge.searchPlaceholder")}
        closeButtonLabelText={t("common.clear")}
        value={query}
        onChange={(event) => setQuery(event.target.value)}
      />
      <Button type="submit" size="lg" kind="secondary" disabled={!query.trim()}>
        {t("knowledge.searchTitle")}
      </Button>
    </form>
  );
}
