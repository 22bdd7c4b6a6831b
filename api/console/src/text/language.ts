/** The operator's language: the one they chose on this device, else the browser's, else English. */

import { i18n, type Messages } from "@lingui/core";
import { keep, kept } from "./device";

export const LANGUAGES = { en: "English", fr: "Français" } as const;
export type Language = keyof typeof LANGUAGES;

type Words = Record<Language, () => Promise<{ messages: Messages }>>;

const LOADERS: Words = {
  en: () => import("../locales/en.po"),
  fr: () => import("../locales/fr.po"),
};

/** The words of the screens behind the desk. */
export const BEHIND: Words = {
  en: () => import("../locales/behind_en.po"),
  fr: () => import("../locales/behind_fr.po"),
};

/** The words of what owners and auditors look at now and then; they come beside those of `BEHIND`. */
export const OWNER: Words = {
  en: () => import("../locales/owner_en.po"),
  fr: () => import("../locales/owner_fr.po"),
};

/** The words of the pages on which an order is typed in. */
export const TYPING: Words = {
  en: () => import("../locales/typing_en.po"),
  fr: () => import("../locales/typing_fr.po"),
};

/** The words of windows that open when they are asked for. */
export const WINDOWS: Words = {
  en: () => import("../locales/windows_en.po"),
  fr: () => import("../locales/windows_fr.po"),
};

function isLanguage(value: string | null | undefined): value is Language {
  return value !== null && value !== undefined && value in LANGUAGES;
}

export function preferredLanguage(): Language {
  const chosen = kept("language");
  if (isLanguage(chosen)) return chosen;
  const spoken = navigator.languages.map((each) => each.slice(0, 2).toLowerCase());
  return spoken.find(isLanguage) ?? "en";
}

/** Loads the language's words and says so to the page. */
export async function speak(language: Language): Promise<void> {
  const { messages } = await LOADERS[language]();
  i18n.loadAndActivate({ locale: language, messages });
  document.documentElement.lang = language;
}

/** Loads further words, those of the screens behind the desk where nothing is said, and whatever `load` loads. */
export function withWords<T>(load: () => Promise<T>, words: Words = BEHIND): () => Promise<T> {
  return async () => {
    const language = i18n.locale as Language;
    const [{ messages }, loaded] = await Promise.all([words[language](), load()]);
    i18n.load(language, messages);
    return loaded;
  };
}

/** Keeps another language for this device; the page begins anew in it. */
export function changeLanguage(language: Language): void {
  keep("language", language);
  location.reload();
}

/** The tag by which dates and amounts are written. */
export const localeTag = (): string => (i18n.locale === "fr" ? "fr-FR" : "en-GB");
