/** What is done in a step of the guide: the desk's own forms, and the ways to its screens. */

import { i18n } from "@lingui/core";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useMay } from "../app/session";
import { Warned } from "../parts/back";
import { Bones } from "../parts/bones";
import { Button } from "../parts/button";
import { Icon, type IconName } from "../parts/icon";
import { LearnProducts } from "../products/learn";
import { settingsQuery } from "../settings/data";
import { useOrdersToTry } from "../settings/mails/data";
import { TestMail } from "../settings/mails/test_mail";
import { Read } from "../settings/read";
import { type Guide, type Step, useGuideSaid } from "./data";

const MethodsSection = lazy(() => import("../settings/methods"));
const Seller = lazy(async () => ({ default: (await import("../settings/seller")).Seller }));

interface Props {
  step: Step;
  guide: Guide;
}

const BODIES: Record<string, (props: Props) => React.ReactNode> = {
  seller: SellerStep,
  methods: MethodsStep,
  catalogue: CatalogueStep,
  mail: MailStep,
  order: OrderStep,
};

export function StepBody(props: Props) {
  const Body = BODIES[props.step.code];
  return (
    <div className="guide-body">
      <Suspense fallback={<Bones rows={4} />}>{Body && <Body {...props} />}</Suspense>
      <Foot step={props.step} />
    </div>
  );
}

/** What is said of a step where the shop's state does not tell it. */
function Foot({ step }: { step: Step }) {
  const may = useMay();
  const said = useGuideSaid();
  if (!may("settings:write") || step.state === "done") return null;
  return (
    <p className="line wrap guide-foot">
      {step.code === "methods" && (
        <Button look="primary" disabled={said.isPending} onClick={() => said.mutate({ confirm: step.code })}>
          {i18n._("These suit my shop")}
        </Button>
      )}
      <span className="grow" />
      {step.state === "skipped" ? (
        <Button disabled={said.isPending} onClick={() => said.mutate({ resume: step.code })}>
          {i18n._("Take it up again")}
        </Button>
      ) : (
        <Button look="bare" disabled={said.isPending} onClick={() => said.mutate({ skip: step.code })}>
          {i18n._("Skip this step")}
        </Button>
      )}
    </p>
  );
}

function SellerStep() {
  return (
    <>
      <Read query={settingsQuery}>{(shop) => <Seller shop={shop} />}</Read>
      <p className="quiet">
        {i18n._("Currency, tax and time zone stand under")}{" "}
        <Link className="link" to="/settings/$section" params={{ section: "defaults" }}>
          {i18n._("What orders start from")}
        </Link>
        .
      </p>
    </>
  );
}

function MethodsStep() {
  return <MethodsSection />;
}

interface WayProps {
  icon: IconName;
  title: string;
  about: string;
  children: React.ReactNode;
}

function Way({ icon, title, about, children }: WayProps) {
  return (
    <section className="guide-way" aria-label={title}>
      <Icon name={icon} />
      <h4>{title}</h4>
      <p className="quiet">{about}</p>
      {children}
    </section>
  );
}

function CatalogueStep() {
  const may = useMay();
  return (
    <div className="guide-ways">
      {may("imports:write") && (
        <Way
          icon="download"
          title={i18n._("Past orders")}
          about={i18n._(
            "A file from Shopify, WooCommerce, PrestaShop or another shop. A trial shows all first.",
          )}
        >
          <Link className="button primary" to="/imports/new">
            {i18n._("Bring a file in…")}
          </Link>
        </Way>
      )}
      {may("stock:write") && (
        <Way
          icon="book"
          title={i18n._("Products from them")}
          about={i18n._("Every SKU that past orders name, by the name, price and rate it was sold at last.")}
        >
          <LearnProducts label={i18n._("Learn them")} />
        </Way>
      )}
      <Way
        icon="tag"
        title={i18n._("A catalogue by hand")}
        about={i18n._("Name, price and rate, in a grid that is filled in by the keyboard.")}
      >
        <Link className="button" to="/products" search={{}}>
          {i18n._("To the products")}
        </Link>
      </Way>
    </div>
  );
}

function MailStep({ guide }: Props) {
  const orders = useOrdersToTry();
  const newest = orders?.[0];
  return (
    <>
      {!guide.sends_mail && (
        <Warned>
          {i18n._(
            "No mail server is named, so that mails are kept, not sent. Whoever installed Carnet names it: CARNET_SMTP_URL.",
          )}
        </Warned>
      )}
      {orders && !newest ? (
        <p>{i18n._("A mail on trial tells of an order: take the first one, then come back.")}</p>
      ) : (
        <Read query={settingsQuery}>
          {({ data: shop }) => (
            <TestMail
              occasion={{
                status: shop.statuses.find((each) => each.notifies_customer)?.code ?? "pending",
                locale: shop.defaults.locale,
              }}
              orderId={newest?.id}
              shop={shop}
              isTouched={false}
            />
          )}
        </Read>
      )}
      <p className="quiet">
        {i18n._("What mails say is changed under")}{" "}
        <Link className="link" to="/settings/$section" params={{ section: "mails" }}>
          {i18n._("Mail templates")}
        </Link>
        .
      </p>
    </>
  );
}

function OrderStep() {
  return (
    <p className="line wrap">
      <Link className="button primary" to="/new">
        <Icon name="plus" />
        {i18n._("Take an order")}
      </Link>
      <span className="quiet">{i18n._("The key c does so from anywhere.")}</span>
    </p>
  );
}
