/** A chapter of the handbook, as elements: none of its text ever becomes markup. */

import { type ReactNode, useEffect, useRef } from "react";
import type { Block, Chapter, Words } from "./chapter";

interface Props {
  chapter: Chapter;
  /** The block that was looked for; -1: none. */
  at: number;
  onOpen: (name: string) => void;
  all: ReactNode;
}

export function ChapterText({ chapter, at, onOpen, all }: Props) {
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    const block = place.current?.querySelector("[data-found]");
    if (block) block.scrollIntoView({ block: "center" });
    else place.current?.scrollTo(0, 0);
  }, []);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <article ref={place} className="help-text" tabIndex={0} aria-label={chapter.title}>
      <h3 className="help-title">{chapter.title}</h3>
      {chapter.blocks.map((block, index) => (
        <div key={index} data-found={index === at ? "" : undefined}>
          <Told block={block} onOpen={onOpen} />
        </div>
      ))}
      {all}
    </article>
  );
}

interface ToldProps {
  block: Block;
  onOpen: (name: string) => void;
}

function Told({ block, onOpen }: ToldProps) {
  const inline = (words: Words) => words.map((each, at) => <Said key={at} words={each} onOpen={onOpen} />);
  switch (block.kind) {
    case "heading":
      return <h4>{inline(block.words)}</h4>;
    case "text":
      return <p>{inline(block.words)}</p>;
    case "list":
      return (
        <ul>
          {block.points.map((point, at) => (
            <li key={at}>{inline(point)}</li>
          ))}
        </ul>
      );
    case "table":
      return (
        <table>
          <tbody>
            {block.rows.map((row, at) => (
              <tr key={at}>
                {row.map((cell, column) =>
                  at === 0 ? (
                    <th key={column} scope="col">
                      {inline(cell)}
                    </th>
                  ) : (
                    <td key={column}>{inline(cell)}</td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      );
  }
}

function Said({ words, onOpen }: { words: Words[number]; onOpen: (name: string) => void }) {
  if (typeof words === "string") return words;
  if ("strong" in words) return <b>{words.strong}</b>;
  if ("code" in words) return <kbd>{words.code}</kbd>;
  return (
    <button type="button" className="link" onClick={() => onOpen(words.to)}>
      {words.text}
    </button>
  );
}
