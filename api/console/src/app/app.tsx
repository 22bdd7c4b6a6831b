/** The whole console: what it asks the server, where it stands, and who is signed in. */

import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { Notices } from "../parts/notices";
import { queries } from "./queries";
import { router } from "./router";
import { useSession } from "./session";
import { SignInAgain, SignInPage } from "./sign_in";

export function App() {
  const { caller, ended } = useSession();
  const before = useRef<string | null>(null);
  const actor = caller?.actor ?? null;
  useEffect(() => {
    if (before.current && before.current !== actor) void queries.resetQueries();
    before.current = actor ?? before.current;
  }, [actor]);
  if (!caller || caller.temporary_password) return <SignInPage />;
  return (
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
      {ended && <SignInAgain />}
      <Notices />
    </QueryClientProvider>
  );
}
