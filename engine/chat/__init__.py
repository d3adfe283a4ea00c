"""Chat contacts: customers write from a web page or an app, agents in their Contact Control Panel.

    items          what is said and what happens in a chat, in Connect's words
    state_table    FLOW -> QUEUED -> OFFERED -> CONNECTED -> ENDED, and what each step asks for
    chat           one chat: its record, its participants and its items
    transcript     a part of a transcript, as GetTranscript asks for it
    tokens         who may speak as whom: random, kept as digests, over after their time
    desks          an agent's slots for chats beside their phone
    chat_router    drives the floor of chats
    chat_flows     runs the flows of chats
    chats          all of them: performs what the table asks for
    load           what an agent has of chats, and could have
    passes         gives out tokens of the chats there are
    reading        supervisors who read a chat silently, and who may begin to
    readers        begins and ends that, on record
    document       the transcript as a file
    transcripts    writes it while the chat goes on, and when it is over
    wing           all of these, put together

A chat is a contact like a call (record, search, events, attributes, flows, queues) on a channel of
its own. Not here: attachments, interactive messages and views, persistent chats, bots, several
agents in one chat, the authentication of customers, and GetCurrentMetricData by the channel CHAT.
Whoever monitors a chat reads it: they can neither whisper nor barge in, following an agent brings
no chats, and GetCurrentUserData does not tell of it. Agent events tell of calls alone. Chats that
go on when the engine stops end then, by OTHER; transcripts stay on the disk, and go to no object
store.
"""
