package org.datacapsule.common.wire;

import java.util.List;

/**
 * Where an image can be had at this moment.
 *
 * @param sources in no order; those that the asking host found damaged are not among them
 */
public record ImageAnswer(List<ImageSource> sources) {
    public ImageAnswer {
        sources = List.copyOf(sources);
    }
}
