package org.datacapsule.router.http;

/** What an endpoint answers when it does not refuse. */
public sealed interface Success permits Reply, WrittenReply, FileReply {}
