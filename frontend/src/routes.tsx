import { createBrowserRouter, type RouteObject } from "react-router";
import { basePath, below } from "./api/address";
import { expectRun, isAnotherRun } from "./api/query-client";
import { Crash } from "./components/Crash";
import { NotFound } from "./components/NotFound";
import { Shell } from "./components/Shell";
import { RunsPage } from "./pages/runs/RunsPage";

const routes: RouteObject[] = [
  {
    element: <Shell />,
    errorElement: <Crash />,
    hydrateFallbackElement: <span />,
    children: [
      { index: true, element: <RunsPage /> },
      { path: "runs", element: <RunsPage /> },
      { path: "runs/new", lazy: async () => ({ Component: (await import("./pages/new-run/NewRunPage")).NewRunPage }) },
      {
        path: "runs/:id",
        loader: expectRun,
        shouldRevalidate: isAnotherRun,
        lazy: async () => ({ Component: (await import("./pages/run/RunPage")).RunPage }),
      },
      {
        path: "runs/:id/variations/:variation",
        lazy: async () => ({ Component: (await import("./pages/variation/VariationPage")).VariationPage }),
      },
      {
        path: "experiments",
        lazy: async () => ({ Component: (await import("./pages/experiments/ExperimentsPage")).ExperimentsPage }),
      },
      {
        path: "experiments/:id",
        lazy: async () => ({ Component: (await import("./pages/experiment/ExperimentPage")).ExperimentPage }),
      },
      {
        path: "experiments/:id/launch",
        lazy: async () => ({ Component: (await import("./pages/experiment/launch/LaunchPage")).LaunchPage }),
      },
      { path: "compare", lazy: async () => ({ Component: (await import("./pages/compare/ComparePage")).ComparePage }) },
      {
        path: "sweeps/new",
        lazy: async () => ({ Component: (await import("./pages/sweep/NewSweepPage")).NewSweepPage }),
      },
      {
        path: "projects",
        lazy: async () => ({ Component: (await import("./pages/projects/ProjectsPage")).ProjectsPage }),
      },
      {
        path: "projects/:id",
        lazy: async () => ({ Component: (await import("./pages/projects/ProjectPage")).ProjectPage }),
      },
      { path: "inbox", lazy: async () => ({ Component: (await import("./pages/inbox/InboxPage")).InboxPage }) },
      { path: "bin", lazy: async () => ({ Component: (await import("./pages/bin/BinPage")).BinPage }) },
      { path: "workers", lazy: async () => ({ Component: (await import("./pages/workers/WorkersPage")).WorkersPage }) },
      { path: "account", lazy: async () => ({ Component: (await import("./pages/account/AccountPage")).AccountPage }) },
      {
        path: "policies",
        lazy: async () => ({ Component: (await import("./pages/policies/PoliciesPage")).PoliciesPage }),
      },
      { path: "people", lazy: async () => ({ Component: (await import("./pages/people/PeoplePage")).PeoplePage }) },
      { path: "audit", lazy: async () => ({ Component: (await import("./pages/people/AuditPage")).AuditPage }) },
      { path: "*", element: <NotFound /> },
    ],
  },
];

const { pathname, search, hash } = window.location;
const place = below(basePath, pathname);
if (place !== pathname) window.history.replaceState(null, "", place + search + hash);

export const router = createBrowserRouter(routes, { basename: basePath || "/" });
