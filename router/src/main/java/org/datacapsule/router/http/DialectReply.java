package org.datacapsule.router.http;

/** What an endpoint of a dialect answers when it does not refuse. */
public sealed interface DialectReply permits DialectAnswer, DialectStream, FileReply {}
