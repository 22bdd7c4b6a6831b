/** The head of a page of the back office: its name, where it belongs, and what can be done here. */

import { type ReactNode, useEffect } from "react";
import "../styles/page_head.css";

interface Props {
  title: string;
  /** What stands beside the name: a count, a state. */
  about?: ReactNode;
  /** Leads to where one came from. */
  back?: ReactNode;
  /** What can be done here; the primary one last. */
  children?: ReactNode;
}

/** Shows the head, and names the browser's page after it. */
export function PageHead({ title, about, back, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Carnet`;
  }, [title]);
  return (
    <div className="bar page-bar">
      {back}
      <h1>{title}</h1>
      {about && <span className="quiet page-about">{about}</span>}
      <span className="grow" />
      {children}
    </div>
  );
}
