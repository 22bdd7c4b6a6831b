/**
 * The handbook beside the screen: the chapter of where one is, all others, and a search over them; nothing is asked of
 * the server.
 */

import { i18n } from "@lingui/core";
import { useLocation } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { useKeys } from "../keys/keys";
import { Bones } from "../parts/bones";
import { Button, Key } from "../parts/button";
import { Icon } from "../parts/icon";
import { type Chapter, chapterAt } from "./chapter";
import { ChapterText } from "./chapter_text";
import { found, type Hit, marked } from "./search";
import "../styles/help.css";

const BOOKS = {
  en: () => import("virtual:handbook_en"),
  fr: () => import("virtual:handbook_fr"),
};

interface Props {
  onClose: () => void;
}

/** The panel once the chapters of the operator's language are there. */
const Book = lazy(async () => {
  const { default: chapters } = await BOOKS[i18n.locale === "fr" ? "fr" : "en"]();
  return { default: (props: Props) => <Handbook chapters={chapters} {...props} /> };
});

export default function HelpPanel({ onClose }: Props) {
  const place = useRef<HTMLElement>(null);
  useKeys({
    escape: () => (place.current?.contains(document.activeElement) ? onClose() : false),
  });
  // Looked at before anything of the panel is there to take the focus; once it is closed, the focus goes back.
  const [before] = useState(() => document.activeElement as HTMLElement | null);
  useEffect(() => () => before?.focus?.(), [before]);
  return (
    <aside ref={place} className="help" aria-label={i18n._("Handbook")}>
      <Suspense fallback={<Bones rows={8} />}>
        <Book onClose={onClose} />
      </Suspense>
    </aside>
  );
}

function Handbook({ chapters, onClose }: Props & { chapters: readonly Chapter[] }) {
  const { pathname } = useLocation();
  const [typed, setTyped] = useState("");
  /** What was chosen in the panel, as long as one stays on the screen. */
  const [chosen, choose] = useState<{ on: string; name: string; block: number } | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const here = chosen?.on === pathname ? chosen : null;
  const chapter = chapters.find(({ name }) => name === here?.name) ?? chapterAt(chapters, pathname);
  const hits = useMemo(() => found(chapters, typed), [chapters, typed]);
  const open = (name: string, block = -1) => {
    choose({ on: pathname, name, block });
    setTyped("");
  };
  return (
    <>
      <header>
        <h2>{i18n._("Handbook")}</h2>
        <span className="grow" />
        <Button look="bare" size="small" icon="close" onClick={onClose}>
          <span className="hidden-text">{i18n._("Close the handbook")}</span>
          <Key>F1</Key>
        </Button>
      </header>
      <label className="search">
        <Icon name="search" />
        <input
          ref={field}
          type="search"
          aria-label={i18n._("Search the handbook")}
          placeholder={i18n._("Search the handbook…")}
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => {
            const [first] = hits;
            if (event.key === "Enter" && first) open(first.chapter.name, first.block);
            if (event.key !== "Escape" || !typed) return;
            event.stopPropagation();
            setTyped("");
          }}
        />
      </label>
      {typed.trim() ? (
        <Hits hits={hits} typed={typed} onOpen={open} />
      ) : (
        chapter && (
          <ChapterText
            key={`${chapter.name} ${here?.block}`}
            chapter={chapter}
            at={here?.block ?? -1}
            onOpen={open}
            all={<AllChapters chapters={chapters} current={chapter} onOpen={open} />}
          />
        )
      )}
    </>
  );
}

interface HitsProps {
  hits: readonly Hit[];
  typed: string;
  onOpen: (name: string, block: number) => void;
}

function Hits({ hits, typed, onOpen }: HitsProps) {
  return (
    <div className="help-text">
      <p role="status" className="quiet">
        {i18n._(
          "{count, plural, =0 {No page says that.} one {# place says that.} other {# places say that.}}",
          {
            count: hits.length,
          },
        )}
      </p>
      <ul className="help-hits">
        {hits.map(({ chapter, block, line }, at) => (
          <li key={at}>
            <button type="button" onClick={() => onOpen(chapter.name, block)}>
              <b>{chapter.title}</b>
              {block >= 0 && <span>{marked(line, typed).map(part)}</span>}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

const part = (text: string, at: number) => (at % 2 ? <mark key={at}>{text}</mark> : text);

interface AllProps {
  chapters: readonly Chapter[];
  current: Chapter;
  onOpen: (name: string) => void;
}

function AllChapters({ chapters, current, onOpen }: AllProps) {
  return (
    <nav className="help-all" aria-label={i18n._("All chapters")}>
      <h3>{i18n._("All chapters")}</h3>
      <ul>
        {chapters.map(({ name, title }) => (
          <li key={name}>
            <button
              type="button"
              aria-current={name === current.name ? "true" : undefined}
              onClick={() => onOpen(name)}
            >
              {title}
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}
