package org.datacapsule.router.contract;

/** @param contentType without its parameters */
record ApiAnswer(int status, String contentType, String body) {}
