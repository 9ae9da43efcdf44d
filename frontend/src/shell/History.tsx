import { Button, OverflowMenu, OverflowMenuItem, SkeletonText } from "@carbon/react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";
import { conversations, cursorOf } from "../api/endpoints";
import { keys } from "../api/keys";
import type { Conversation } from "../api/types";
import { groupByDay } from "./groupByDay";
import { DeleteConversation, RenameConversation } from "./HistoryDialogs";

type Open = { what: "rename" | "delete"; conversation: Conversation } | null;

function useHistory() {
  return useInfiniteQuery({
    queryKey: keys.conversations,
    queryFn: ({ pageParam }) => conversations.list(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => cursorOf(page.next),
  });
}

interface EntryProps {
  conversation: Conversation;
  onOpen: (open: Open) => void;
}

function Entry({ conversation, onOpen }: EntryProps) {
  const { t } = useTranslation();
  const title = conversation.title || t("chat.untitled");
  return (
    <li className="history__entry">
      <NavLink to={`/chat/${conversation.id}`} className={({ isActive }) => (isActive ? "nav-item nav-item--here" : "nav-item")}>
        <span className="history__title" title={title}>
          {title}
        </span>
      </NavLink>
      <OverflowMenu size="sm" flipped iconDescription={t("chat.actionsFor", { title })} aria-label={t("chat.actionsFor", { title })}>
        <OverflowMenuItem itemText={t("common.rename")} onClick={() => onOpen({ what: "rename", conversation })} />
        <OverflowMenuItem itemText={t("common.delete")} isDelete hasDivider onClick={() => onOpen({ what: "delete", conversation })} />
      </OverflowMenu>
    </li>
  );
}

export function History() {
  const { t } = useTranslation();
  const { data, isPending, hasNextPage, fetchNextPage } = useHistory();
  const [open, setOpen] = useState<Open>(null);
  const all = data?.pages.flatMap((page) => page.results) ?? [];
  const groups = groupByDay(all, new Date());
  return (
    <section className="history" aria-labelledby="history">
      <h2 id="history" className="visually-hidden">
        {t("chat.history")}
      </h2>
      {isPending && <SkeletonText paragraph lineCount={4} className="history__skeleton" />}
      {!isPending && all.length === 0 && <p className="history__none">{t("chat.noHistory")}</p>}
      {groups.map(({ day, items }) => (
        <section key={day}>
          <h3 className="nav-heading">{t(`chat.${day}`)}</h3>
          <ul>
            {items.map((conversation) => (
              <Entry key={conversation.id} conversation={conversation} onOpen={setOpen} />
            ))}
          </ul>
        </section>
      ))}
      {hasNextPage && (
        <Button kind="ghost" size="sm" onClick={() => void fetchNextPage()}>
          {t("common.more")}
        </Button>
      )}
      {open?.what === "rename" && <RenameConversation conversation={open.conversation} onClose={() => setOpen(null)} />}
      {open?.what === "delete" && <DeleteConversation conversation={open.conversation} onClose={() => setOpen(null)} />}
    </section>
  );
}
