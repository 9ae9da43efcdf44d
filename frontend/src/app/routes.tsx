import { createBrowserRouter, Navigate } from "react-router";
import { Component as NotFoundPage } from "../pages/notfound/NotFoundPage";
import { Shell } from "../shell/Shell";
import { RouteError } from "./RouteError";
import { AdministratorsOnly, SignedIn } from "./guards";

/** One chunk a page: the sign-in page does not wait for the audit log. */
export const router = createBrowserRouter([
  {
    errorElement: <RouteError />,
    HydrateFallback: () => null,
    children: [
      { path: "/sign-in", lazy: () => import("../pages/signin/SignInPage") },
      {
        element: (
          <SignedIn>
            <Shell />
          </SignedIn>
        ),
        children: [
          {
            errorElement: <RouteError />,
            children: [
              { index: true, element: <Navigate to="/chat" replace /> },
              { path: "chat/:id?", lazy: () => import("../pages/chat/ChatPage") },
              { path: "knowledge", lazy: () => import("../pages/knowledge/KnowledgePage") },
              { path: "knowledge/search", lazy: () => import("../pages/search/SearchPage") },
              { path: "knowledge/collections/:id", lazy: () => import("../pages/collection/CollectionPage") },
              { path: "knowledge/documents/:id", lazy: () => import("../pages/document/DocumentPage") },
              { path: "assistants", lazy: () => import("../pages/assistants/AssistantsPage") },
              { path: "assistants/new", lazy: () => import("../pages/assistants/AssistantPage") },
              { path: "assistants/:slug", lazy: () => import("../pages/assistants/AssistantPage") },
              { path: "assistants/:slug/versions", lazy: () => import("../pages/assistants/VersionsPage") },
              { path: "approvals", lazy: () => import("../pages/approvals/ApprovalsPage") },
              { path: "approvals/:token", lazy: () => import("../pages/approvals/LinkPage") },
              { path: "summaries", lazy: () => import("../pages/summaries/SummariesPage") },
              { path: "summaries/:id", lazy: () => import("../pages/summaries/SummaryPage") },
              { path: "extractions", lazy: () => import("../pages/extractions/ExtractionsPage") },
              { path: "extractions/:id", lazy: () => import("../pages/extractions/ExtractionPage") },
              { path: "schedules", lazy: () => import("../pages/schedules/SchedulesPage") },
              { path: "account", lazy: () => import("../pages/account/AccountPage") },
              {
                path: "administration",
                element: <AdministratorsOnly />,
                children: [
                  { index: true, element: <Navigate to="people" replace /> },
                  { path: "people", lazy: () => import("../pages/people/PeoplePage") },
                  { path: "groups", lazy: () => import("../pages/groups/GroupsPage") },
                  { path: "models", lazy: () => import("../pages/models/ModelsPage") },
                  { path: "endpoints", lazy: () => import("../pages/endpoints/EndpointsPage") },
                  { path: "tools", lazy: () => import("../pages/tools/ToolsPage") },
                  { path: "tools/new", lazy: () => import("../pages/tools/NewToolPage") },
                  { path: "tools/:slug", lazy: () => import("../pages/tools/ToolPage") },
                  { path: "runs", lazy: () => import("../pages/runs/RunsPage") },
                  { path: "runs/:id", lazy: () => import("../pages/runs/RunPage") },
                  { path: "evaluations", lazy: () => import("../pages/evaluations/EvaluationsPage") },
                  { path: "evaluations/:id", lazy: () => import("../pages/evaluations/EvaluationPage") },
                  { path: "audit", lazy: () => import("../pages/audit/AuditPage") },
                  { path: "system", lazy: () => import("../pages/system/SystemPage") },
                ],
              },
              { path: "*", element: <NotFoundPage /> },
            ],
          },
        ],
      },
    ],
  },
]);
