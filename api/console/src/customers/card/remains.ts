/** What an erasure reaches and leaves, in the operator's language; a sentence that has no words here stands as told. */

import { i18n } from "@lingui/core";

export function reachedText(sentence: string): string {
  const words: Record<string, string> = {
    "names, addresses, e-mail addresses and telephone numbers in every event, answer and view": i18n._(
      "names, addresses, e-mail addresses and telephone numbers, wherever they stand",
    ),
    "notes on orders and the copies of mails": i18n._("notes on orders and the copies of mails"),
    "answers kept under an Idempotency-Key": i18n._("answers that are kept for requests that are repeated"),
    "files made by exports and prints before": i18n._("files that exports and prints made before"),
    "uploaded files and error files of imports before, once the import is at rest": i18n._(
      "files of imports before, once the import is at rest",
    ),
    "drafts of orders that were typed before and not sent": i18n._("drafts of orders that were not sent"),
    "what payment providers told about the person's orders": i18n._(
      "what payment providers told about their orders",
    ),
    "the keys of the mails about the person's orders that are kept outside the database": i18n._(
      "the keys of their mails that are kept outside the database",
    ),
  };
  return words[sentence] ?? sentence;
}

export function staysText(sentence: string): string {
  const words: Record<string, string> = {
    "figures, dates, numbers of orders and SKUs": i18n._("figures, dates, numbers of orders and SKUs"),
    "they are the merchant's books": i18n._("they are your books"),
    "payment references": i18n._("payment references"),
    "they are the provider's name of money that moved; books are checked by them":
      i18n._("books are checked by them"),
    "tracking codes": i18n._("tracking codes"),
    "a parcel is traced and disputed by its code; the carrier holds the address behind it": i18n._(
      "a parcel is traced and disputed by its code",
    ),
    "tags of orders and customers": i18n._("tags of orders and customers"),
    "they are the merchant's own words: name no person in them": i18n._(
      "they are your own words: name no person in them",
    ),
    "reasons of commands": i18n._("reasons"),
    "auditors read why; write why, not who": i18n._("auditors read why"),
    "the buyer of an issued invoice or credit note": i18n._("the buyer of an issued invoice or credit note"),
    "the law wants invoices kept; under a key of its own": i18n._("the law wants invoices kept"),
    "the hashes of prints": i18n._("the hashes of prints"),
    "they prove what was printed and tell nothing of it": i18n._(
      "they prove what was printed and tell nothing of it",
    ),
    "items and codes in jobs' results": i18n._("items and codes in the results of jobs"),
    "they hold ids, numbers and codes alone, and go when jobs are deleted": i18n._(
      "they hold ids, numbers and codes alone",
    ),
    "what was searched for, in the record of reads": i18n._("what was searched for, in the record of reads"),
    "auditors see who looked for whom; it is kept for a time": i18n._("auditors see who looked for whom"),
    "files that were fetched, and backups made before": i18n._(
      "files that were fetched, and backups made before",
    ),
    "they are out of this program's reach": i18n._("they are out of reach"),
  };
  return words[sentence] ?? sentence;
}
