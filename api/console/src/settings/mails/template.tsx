/** A template and its mail, side by side. */

import { i18n } from "@lingui/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Shop, taken, type Versioned, versioned, writing } from "../../api/client";
import type { components } from "../../api/schema";
import { useMay } from "../../app/session";
import { Bones } from "../../parts/bones";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/confirm";
import { type Editor, useEditor } from "../../parts/editor";
import { Complaints, TextField } from "../../parts/field";
import { AreaField, FormSheet } from "../../parts/form";
import { say } from "../../parts/notices";
import { complaintOf, sentenceOf } from "../../parts/refused";
import { type Occasion, templateQuery, useMailMade, useOrdersToTry, type Words } from "./data";
import { Look } from "./look";
import { TestMail } from "./test_mail";

type Stored = components["schemas"]["TemplateAnswer"];

interface Props {
  occasion: Occasion;
  shop: Shop;
}

export function Template({ occasion, shop }: Props) {
  const { data, error } = useQuery(templateQuery(occasion));
  if (error && !data) return <Complaints sentences={[sentenceOf(error)]} />;
  return data ? <Edit occasion={occasion} shop={shop} stored={data} /> : <Bones />;
}

const wordsOf = ({ subject, html, text }: Stored): Words => ({ subject, html, text });

function Edit({ occasion, shop, stored }: Props & { stored: Versioned<Stored> }) {
  const client = useQueryClient();
  const may = useMay()("settings:write");
  const query = templateQuery(occasion);
  const [asked, ask] = useState(false);
  const orders = useOrdersToTry();
  const [chosen, choose] = useState<string>();
  const orderId = chosen ?? (orders && (orders[0]?.id ?? ""));
  const editor = useEditor<Words, Versioned<Stored>>({
    name: `template.${occasion.status}.${occasion.locale}`,
    standing: { values: wordsOf(stored.data), version: stored.version },
    refresh: async () => {
      const now = await client.fetchQuery(query);
      return { values: wordsOf(now.data), version: now.version };
    },
    send: (body, headers) =>
      versioned(
        api.PUT("/api/v1/templates/{status}/{locale}", { params: { path: { ...occasion } }, body, headers }),
      ),
    done: (answer) => {
      client.setQueryData(query.queryKey, answer);
      void client.invalidateQueries({ queryKey: ["settings"] });
      say(i18n._("The mail is saved. It is sent so from now on."));
    },
  });
  const made = useMailMade(occasion, editor.values, may ? orderId : undefined);
  return (
    <div className="mail-desk">
      <FormSheet
        editor={editor}
        labels={{ subject: i18n._("Subject"), html: "HTML", text: i18n._("Plain text") }}
        may={may}
        beside={
          may &&
          stored.data.version > 0 && (
            <Button look="bare" onClick={() => ask(true)}>
              {i18n._("As delivered…")}
            </Button>
          )
        }
      >
        <Fields editor={editor} error={made.error} names={stored.data.names} />
      </FormSheet>
      <div className="mail-side">
        <Look
          made={made.data}
          failed={made.error !== null}
          orders={orders}
          orderId={orderId}
          onOrder={choose}
        />
        <TestMail occasion={occasion} orderId={orderId} shop={shop} isTouched={editor.isTouched} />
      </div>
      {asked && (
        <Confirm
          title={i18n._("As delivered")}
          action={i18n._("Say again what it said")}
          act={async () => {
            const params = { path: { ...occasion } };
            const headers = writing(crypto.randomUUID(), stored.version);
            await taken(api.DELETE("/api/v1/templates/{status}/{locale}", { params, headers }));
            editor.reset();
            await client.invalidateQueries({ queryKey: query.queryKey });
          }}
          onDone={() => ask(false)}
          onClose={() => ask(false)}
        >
          <p>{i18n._("The shop’s own words go, and the mail says what it said as delivered.")}</p>
        </Confirm>
      )}
    </div>
  );
}

interface FieldsProps {
  editor: Editor<Words>;
  /** Why it makes no mail as it is typed now. */
  error: unknown;
  names: readonly string[];
}

function Fields({ editor, error, names }: FieldsProps) {
  const { values, set } = editor;
  const complaint = (name: string) => editor.complaint(name) ?? complaintOf(error, `/${name}`);
  const elsewhere = error && !["subject", "html", "text"].some((name) => complaint(name));
  return (
    <>
      <TextField
        label={i18n._("Subject")}
        value={values.subject}
        complaint={complaint("subject")}
        onChange={(event) => set({ subject: event.target.value })}
      />
      <AreaField
        label="HTML"
        rows={18}
        spellCheck={false}
        className="input code"
        value={values.html}
        complaint={complaint("html")}
        onChange={(event) => set({ html: event.target.value })}
      />
      <AreaField
        label={i18n._("Plain text")}
        hint={i18n._("Left empty, it is made of the HTML.")}
        rows={4}
        className="input code"
        value={values.text}
        complaint={complaint("text")}
        onChange={(event) => set({ text: event.target.value })}
      />
      {elsewhere ? <Complaints sentences={[sentenceOf(error)]} /> : null}
      <details>
        <summary>{i18n._("What may stand in it")}</summary>
        <p className="names">
          {names.map((name) => (
            <code key={name}>{`{{ ${name} }}`}</code>
          ))}
        </p>
      </details>
    </>
  );
}
