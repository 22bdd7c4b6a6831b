/** The card's tags: each is put on and taken off by itself. */

import { i18n } from "@lingui/core";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, type Versioned, versioned, writing } from "../../api/client";
import { Complaints } from "../../parts/field";
import { sentenceOf } from "../../parts/refused";
import { TextList } from "../../parts/text_list";
import { type CardWithWorth, useCardChanged } from "../data";

interface Props {
  card: Versioned<CardWithWorth>;
  may: boolean;
}

export function Tags({ card, may }: Props) {
  const changed = useCardChanged();
  const { id, tags } = card.data;
  const mutation = useMutation({
    mutationFn: (wanted: readonly string[]) => {
      const added = wanted.find((each) => !tags.includes(each));
      const tag = added ?? tags.find((each) => !wanted.includes(each)) ?? "";
      const call = {
        params: { path: { customer_id: id, tag } },
        body: {},
        headers: writing(crypto.randomUUID()),
      };
      return added
        ? versioned(api.PUT("/api/v1/customers/{customer_id}/tags/{tag}", call))
        : versioned(api.DELETE("/api/v1/customers/{customer_id}/tags/{tag}", call));
    },
    onSuccess: changed,
  });
  return (
    <section className="card">
      <h2>{i18n._("Tags")}</h2>
      {may ? (
        <TextList label={i18n._("New tag")} values={tags} onChange={(wanted) => mutation.mutate(wanted)} />
      ) : (
        <p className="quiet">{tags.join(", ") || i18n._("none")}</p>
      )}
      {tags.map((tag) => (
        <Link key={tag} to="/customers" search={{ tag: [tag] }} className="link quiet tag-link">
          {i18n._("all with {tag}", { tag })}
        </Link>
      ))}
      <Complaints sentences={mutation.error ? [sentenceOf(mutation.error)] : []} />
    </section>
  );
}
