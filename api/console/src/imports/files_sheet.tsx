/** Where files are dropped or chosen, and how far each of them came. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { type DragEvent, useId, useRef, useState } from "react";
import { Sheet, Warned } from "../parts/back";
import { Button } from "../parts/button";
import { Icon } from "../parts/icon";
import { say } from "../parts/notices";
import { sentenceOf } from "../parts/refused";
import { bytesText } from "./sizes";
import { sendFiles, takeAway, type Upload, uploadsQuery, useUnderway } from "./uploads";

const ACCEPTED = ".csv,.tsv,.txt,.xlsx,.ods,.xls,.json,.jsonl,.ndjson,text/csv,text/plain";

export function FilesSheet() {
  const { data: uploads = [] } = useQuery(uploadsQuery);
  const { refused } = useUnderway();
  return (
    <Sheet
      title={i18n._("The files")}
      hint={i18n._(
        "Several files are brought in as one: orders with their lines, or the pieces of one export.",
      )}
    >
      <Drop />
      {refused.map(({ name, why }) => (
        <Warned key={name} look="bad" role="alert">
          <b>{name}</b> · {why}
        </Warned>
      ))}
      {uploads.length > 0 && (
        <ul className="files" aria-label={i18n._("Files on their way in")}>
          {uploads.map((each) => (
            <File key={each.id} upload={each} />
          ))}
        </ul>
      )}
    </Sheet>
  );
}

function Drop() {
  const id = useId();
  const [over, setOver] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const take = (list: FileList | null) => {
    const files = Array.from(list ?? []);
    if (files.length) void sendFiles(files).catch((error) => say(sentenceOf(error), { bad: true }));
  };
  const dropped = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what is dropped here can be chosen by the field inside
    <div
      className={over ? "drop over" : "drop"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={dropped}
    >
      <input
        ref={field}
        id={id}
        type="file"
        multiple
        accept={ACCEPTED}
        onChange={(event) => {
          take(event.target.files);
          event.target.value = "";
        }}
      />
      <label htmlFor={id}>
        <Icon name="orders" />
        <b>{i18n._("Drop files here, or choose them")}</b>
        <span className="quiet">{i18n._("CSV of any shop, in any encoding, up to 2 GB.")}</span>
      </label>
    </div>
  );
}

function File({ upload }: { upload: Upload }) {
  const { sending, waiting } = useUnderway();
  const told = {
    received: bytesText(upload.received),
    size: bytesText(upload.size),
  };
  const state = () => {
    if (upload.complete) return bytesText(upload.size);
    if (waiting.has(upload.id)) return i18n._("The line is away; it goes on by itself.");
    if (sending.has(upload.id)) return i18n._("{received} of {size}", told);
    return i18n._("{received} of {size} are here: choose the same file again to go on.", told);
  };
  return (
    <li>
      <Icon name={upload.complete ? "check" : "half"} />
      <b>{upload.name}</b>
      {!upload.complete && <progress max={upload.size} value={upload.received} aria-label={upload.name} />}
      <span className={upload.complete || sending.has(upload.id) ? "quiet" : "low"}>{state()}</span>
      <Button
        icon="close"
        look="bare"
        size="small"
        aria-label={i18n._("Take {name} away", { name: upload.name })}
        onClick={() => takeAway(upload.id).catch((error) => say(sentenceOf(error), { bad: true }))}
      />
    </li>
  );
}
