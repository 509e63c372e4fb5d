/**
 * The images this host lacks: fetched once each, whoever needs them, from where a router says; kept within a limit; and served to
 * other hosts. Works on virtual threads of its own.
 */
@NullMarked
package org.datacapsule.agent.image;

import org.jspecify.annotations.NullMarked;
