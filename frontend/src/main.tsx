import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./app.css";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider, useQuery } from "@tanstack/react-query";
import { lazy, type ReactNode, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router";
import { link, served } from "./api/address";
import { LiveProvider } from "./api/live";
import { sessionQuery } from "./api/queries";
import { queryClient } from "./api/query-client";
import { readableColors } from "./contrast";
import { InvitationPage } from "./pages/sign-in/InvitationPage";
import { SignInPage } from "./pages/sign-in/SignInPage";
import { router } from "./routes";
import { theme } from "./theme";

/** The page for whoever is signed in; all others are told how to. */
function SignedIn({ children }: { children: ReactNode }) {
  const session = useQuery(sessionQuery);
  if (window.location.pathname === served("/invitation")) return <InvitationPage />;
  if (session.isPending) return null;
  if (session.data?.account === null) return <SignInPage {...session.data} />;
  return children; // also while the server is away, which the page itself says
}

const ApprovalPage = lazy(async () => ({ default: (await import("./pages/links/ApprovalPage")).ApprovalPage }));
const SharedPage = lazy(async () => ({ default: (await import("./pages/links/SharedPage")).SharedPage }));

/** What a link shows needs no account. */
function Page() {
  if (link) return <Suspense>{link === "approval" ? <ApprovalPage /> : <SharedPage />}</Suspense>;
  return (
    <SignedIn>
      <LiveProvider>
        <RouterProvider router={router} />
      </LiveProvider>
    </SignedIn>
  );
}

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={readableColors} defaultColorScheme="auto">
      <Notifications position="top-right" />
      <QueryClientProvider client={queryClient}>
        <Page />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
