/** What the guide's steps are called, and what each is about. */

import { i18n } from "@lingui/core";

interface Words {
  title: string;
  about: string;
}

export function stepWords(code: string): Words {
  const words: Record<string, Words> = {
    seller: {
      title: i18n._("Who sells"),
      about: i18n._("Your name and address, for receipts, invoices and mails."),
    },
    methods: {
      title: i18n._("How customers pay, how parcels leave"),
      about: i18n._("What operators choose from when they take an order."),
    },
    catalogue: {
      title: i18n._("What you sell"),
      about: i18n._("Past orders from your shop, or a catalogue of products."),
    },
    mail: {
      title: i18n._("Mail that arrives"),
      about: i18n._("A mail on trial to yourself, before a customer gets one."),
    },
    order: {
      title: i18n._("The first order"),
      about: i18n._("Taken by telephone or at the counter, all by the keyboard."),
    },
  };
  return words[code] ?? { title: code, about: "" };
}
