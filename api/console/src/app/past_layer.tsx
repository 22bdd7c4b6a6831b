/** What stands over the console for the past: the banner while it is shown, the window that asks for an instant. */

import { readInstant } from "../api/past_requests";
import PastBanner from "./past_banner";
import PastWindow from "./past_window";

interface Props {
  instant: string;
  asked: boolean;
  onAsk: (asked: boolean) => void;
}

export default function PastLayer({ instant: text, asked, onAsk }: Props) {
  const instant = readInstant(text);
  return (
    <>
      {instant && <PastBanner instant={instant} onChange={() => onAsk(true)} />}
      {asked && <PastWindow onClose={() => onAsk(false)} />}
    </>
  );
}
