"""The HTTP API: Amazon Connect's own, as every AWS client speaks it, and what that has no word for.

    request -> pages           the console, as `build` left it in static/; what is not there goes on
            -> gate            who calls: the operator's token, or a user's signature (SigV4)
            -> dispatch        which operation: found, read and answered by botocore's service model
               pace              not too fast
               required          may they: the permission each operation needs
               request_shape     what came in, held against its shape
               named             do they reach what it names (`engine.directory.reach`)
               *_api             what is done: contacts, agents, metrics, monitoring, users ...
               repeats           the same request again, by its ClientToken, is done once
               answer_shape      what goes out, written by its shape
            -> own_api         below /earshot: our own routes; ccp_api has those of the panel whose
                               phone is a browser, ccp_document all that it shows
            -> live            what browsers are told as it happens, on a WebSocket
            -> participant_api below /participant: Connect's participant service, for the pages of
                               customers who chat; participant_socket tells them what is said

A kind of resource is a row of `resource_rows`: the words of its operations and its rules, for
directory_api to create, describe, change, list and search. What more there is to a kind has an api
of its own: the content of flows, which phone numbers are claimed, the sound of prompts.

The sources of the console are in console/; `build` makes static/ of them, at set-up. Their client
is typed by the OpenAPI document of our routes and Connect's (`console_schema`): a request to a path
that is not there does not compile.

Pure: service_model, request_shape, answer_shape, signature, caller, named, required, paging,
criteria, resource_row, the rules of rows, shapes, user_data. An operation that nobody carries out
is refused by its name. Left out so far: a flow that runs sees attributes that the API changes from
the next flow on; RoutingCriteria, answering machine detection, campaigns.
"""
