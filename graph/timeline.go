package graph

import (
	"context"
	"strconv"

	"github.com/clumpql/clumpql/graph/model"
	"github.com/clumpql/clumpql/internal/catalogue"
	"github.com/clumpql/clumpql/loader"
)

func (r queryResolver) Timeline(
	_ context.Context, userID string, first *int, after *string,
) loader.Clump[*model.TimelineConnection] {
	id, err := parseID("userId", userID)
	if err != nil {
		return loader.Fail[*model.TimelineConnection](err)
	}
	page, err := parseTimelinePage(first, after)
	if err != nil {
		return loader.Fail[*model.TimelineConnection](err)
	}
	return loader.Value(&model.TimelineConnection{Page: timelinePage(r.sources.timelines.Get(page, id))})
}

func parseTimelinePage(first *int, after *string) (page catalogue.TimelinePage, err error) {
	if page.First, err = parseFirst(first); err != nil {
		return page, err
	}
	if after != nil {
		page.HasAfter = true
		page.AfterMicros, page.AfterID, err = decodeActivityCursor(*after)
	}
	return page, err
}

func timelinePage(slice loader.Clump[catalogue.Slice[catalogue.Activity]]) loader.Clump[model.Page[catalogue.Activity]] {
	return loader.Map(slice, func(s catalogue.Slice[catalogue.Activity]) model.Page[catalogue.Activity] {
		cursor := func(i int) string { return activityCursor(s.Items[i]) }
		return model.Page[catalogue.Activity]{Items: s.Items, Cursor: cursor, HasNext: s.HasNext, HasPrevious: s.HasPrevious}
	})
}

func activityCursor(a *catalogue.Activity) string {
	return encodeCursor(cursorActivity, strconv.FormatInt(a.Micros(), 10), strconv.FormatInt(a.ID, 10))
}

func decodeActivityCursor(cursor string) (micros, id int64, err error) {
	fields, err := decodeCursor(cursorActivity, cursor, 2)
	if err != nil {
		return 0, 0, err
	}
	if micros, err = cursorInt(fields[0]); err != nil {
		return 0, 0, err
	}
	id, err = cursorInt(fields[1])
	return micros, id, err
}

type timelineConnectionResolver struct{}

func (timelineConnectionResolver) Edges(_ context.Context, c *model.TimelineConnection) loader.Clump[[]*model.TimelineEdge] {
	return loader.Map(c.Page, func(p model.Page[catalogue.Activity]) []*model.TimelineEdge {
		es := make([]model.TimelineEdge, len(p.Items))
		ptrs := make([]*model.TimelineEdge, len(p.Items))
		for i, a := range p.Items {
			es[i] = model.TimelineEdge{Cursor: p.Cursor(i), Node: model.NewTimelineItem(a)}
			ptrs[i] = &es[i]
		}
		return ptrs
	})
}

func (timelineConnectionResolver) Nodes(_ context.Context, c *model.TimelineConnection) loader.Clump[[]model.TimelineItem] {
	return loader.Map(c.Page, func(p model.Page[catalogue.Activity]) []model.TimelineItem {
		items := make([]model.TimelineItem, len(p.Items))
		for i, a := range p.Items {
			items[i] = model.NewTimelineItem(a)
		}
		return items
	})
}

func (timelineConnectionResolver) PageInfo(_ context.Context, c *model.TimelineConnection) loader.Clump[*model.PageInfo] {
	return pageInfo(c.Page)
}
