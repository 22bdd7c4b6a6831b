/** Which program is told, where, and of what. */

import { i18n } from "@lingui/core";
import { useQuery } from "@tanstack/react-query";
import { useMay } from "../../app/session";
import { topicsQuery } from "../../audit/data";
import { useEditor } from "../../parts/editor";
import { TextField } from "../../parts/field";
import { CheckField, FormSheet } from "../../parts/form";
import { TextList } from "../../parts/text_list";
import { Window } from "../../parts/window";
import { addEndpoint, changeEndpoint, type Endpoint, readEndpoint, type Terms, termsOf } from "./data";

interface Props {
  /** The one that is changed; left out: a new one. */
  endpoint?: Endpoint;
  onDone: (secret?: string | null) => void;
  onClose: () => void;
}

const BLANK: Terms = { url: "", description: "", topics: [], personal: false, enabled: true };

export default function TermsWindow({ endpoint, onDone, onClose }: Props) {
  const may = useMay();
  const { data: topics = [] } = useQuery({ ...topicsQuery, enabled: may("events:read") });
  const editor = useEditor<Terms, { secret?: string | null }>({
    standing: endpoint
      ? { values: termsOf(endpoint), version: endpoint.version }
      : { values: BLANK, version: 0 },
    refresh: async () => {
      const { data, version } = await readEndpoint(endpoint?.id ?? "");
      return { values: termsOf(data), version };
    },
    send: async (body, headers) => {
      if (endpoint) return (await changeEndpoint(endpoint.id, body, headers)).data as object;
      const { "If-Match": _, ...once } = headers;
      return (await addEndpoint(body, once)).data;
    },
    done: ({ secret }) => onDone(secret),
  });
  const labels = {
    url: i18n._("Address"),
    description: i18n._("What it is for"),
    topics: i18n._("Events it is told of"),
    personal: i18n._("With what is of persons"),
    enabled: i18n._("It is told"),
  };
  return (
    <Window
      title={endpoint ? i18n._("Change what a program is told") : i18n._("Tell a program")}
      onClose={onClose}
      narrow
    >
      <FormSheet
        editor={editor}
        labels={labels}
        may={may("webhooks:write")}
        isNew={!endpoint}
        action={endpoint ? i18n._("Save") : i18n._("Tell it from now on")}
      >
        <TextField
          label={labels.url}
          inputMode="url"
          placeholder="https://"
          value={editor.values.url}
          complaint={editor.complaint("url")}
          onChange={(event) => editor.set({ url: event.target.value })}
        />
        <TextField
          label={labels.description}
          value={editor.values.description}
          complaint={editor.complaint("description")}
          onChange={(event) => editor.set({ description: event.target.value })}
        />
        <TextList
          label={labels.topics}
          list="topics-known"
          hint={i18n._("Such as order.placed; Enter puts one more. None: every event.")}
          values={editor.values.topics}
          complaint={editor.complaint("topics") ?? editor.complaint("topics/0")}
          onChange={(chosen) => editor.set({ topics: chosen })}
        />
        <datalist id="topics-known">
          {topics.map((topic) => (
            <option key={topic} value={topic} />
          ))}
        </datalist>
        {may("personal:read") && (
          <CheckField
            label={labels.personal}
            hint={i18n._("Names, addresses and notes leave the shop with the calls.")}
            checked={editor.values.personal}
            onChange={(personal) => editor.set({ personal })}
          />
        )}
        <CheckField
          label={labels.enabled}
          checked={editor.values.enabled}
          onChange={(enabled) => editor.set({ enabled })}
        />
      </FormSheet>
    </Window>
  );
}
