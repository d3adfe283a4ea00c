/** A chat in the panel: what was said so far, who is typing, and what is to be answered. */

import { ActionIcon, Box, Group, Stack, Text, Textarea } from "@mantine/core";
import { SendHorizontal } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { ask, engine } from "../api";
import type { Item } from "../chat";
import { useSpoken } from "../i18n";
import { Problem } from "../parts/problem";
import { Transcript } from "../parts/transcript";
import { CCP, type Contact } from "./document";
import { useCcp } from "./use_ccp";

const MAX_CHARACTERS = 16_384; // the engine takes no longer message
/** While somebody types, the customer's page is told so this often. */
const TYPING_SECONDS = 5;

export function ChatMessages({ contact }: { contact: Contact }) {
  const { t } = useSpoken();
  const { items, problem } = useItems(contact);
  const end = useRef<HTMLDivElement>(null);
  const last = items.at(-1)?.Id;
  useEffect(() => {
    if (last) end.current?.scrollIntoView({ block: "nearest" });
  }, [last]);
  return (
    <Stack gap={6}>
      {problem !== null && <Problem error={problem} />}
      <Box
        className="chat"
        role="log"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard
        tabIndex={0}
        aria-label={t("ccp.chat.messages", { name: contact.customer_name ?? "" })}
      >
        <Transcript items={items} />
        <div ref={end} />
      </Box>
      <Text size="xs" c="dimmed" h={16} aria-live="polite">
        {contact.typing && t("ccp.chat.typing", { name: contact.customer_name ?? "" })}
      </Text>
      {contact.state === "CONNECTED" && <Answer contact={contact} />}
    </Stack>
  );
}

/** Asks for what has been added whenever the document says that something was. */
function useItems({ contact_id, last_item_id }: Contact) {
  const [items, setItems] = useState<Item[]>([]);
  const [problem, setProblem] = useState<unknown>(null);
  const known = useRef<string>(undefined);
  useEffect(() => {
    if (!last_item_id || last_item_id === known.current) return;
    let over = false;
    const params = { path: { contact_id }, query: { after: known.current } };
    ask(engine.GET(`${CCP}/contact/{contact_id}/messages`, { params })).then((told) => {
      if (over) return;
      const more = told.items as Item[];
      known.current = more.at(-1)?.Id ?? known.current;
      setProblem(null);
      setItems((before) => [...before, ...more]);
    }, setProblem);
    return () => {
      over = true;
    };
  }, [contact_id, last_item_id]);
  return { items, problem };
}

function Answer({ contact }: { contact: Contact }) {
  const { t } = useSpoken();
  const { send } = useCcp();
  const [content, setContent] = useState("");
  const [sending, setSending] = useState(false);
  const typing = useTyping(contact.contact_id);
  const params = { path: { contact_id: contact.contact_id } };
  const say = async () => {
    if (!content.trim() || sending) return;
    setSending(true);
    const body = { content_type: "text/plain" as const, content };
    const path = `${CCP}/contact/{contact_id}/messages` as const;
    if (await send(() => ask(engine.POST(path, { params, body })))) setContent("");
    setSending(false);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void say();
  };
  return (
    <Group gap={6} wrap="nowrap" align="flex-end">
      <Textarea
        flex={1}
        autosize
        minRows={1}
        maxRows={6}
        maxLength={MAX_CHARACTERS}
        aria-label={t("ccp.chat.answer", { name: contact.customer_name ?? "" })}
        placeholder={t("ccp.chat.placeholder")}
        value={content}
        onChange={(event) => {
          setContent(event.currentTarget.value);
          typing();
        }}
        onKeyDown={onKeyDown}
      />
      <ActionIcon
        size="lg"
        aria-label={t("ccp.chat.send")}
        disabled={!content.trim()}
        loading={sending}
        onClick={() => void say()}
      >
        <SendHorizontal size={16} aria-hidden />
      </ActionIcon>
    </Group>
  );
}

/** What to call at each key. Whether the customer comes to know is of no weight. */
function useTyping(contact_id: string): () => void {
  const told = useRef(0);
  return () => {
    if (Date.now() - told.current < 1000 * TYPING_SECONDS) return;
    told.current = Date.now();
    const params = { path: { contact_id } };
    void ask(engine.POST(`${CCP}/contact/{contact_id}/typing`, { params })).catch(() => undefined);
  };
}
