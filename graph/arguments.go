package graph

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/clumpql/clumpql/internal/catalogue"
)

const (
	defaultFirst = 20
	maxFirst     = 1000
	maxIDs       = 1000
)

// parseID reads the id in an argument. Ids of users, tracks and playlists are numbers.
func parseID(field, id string) (int64, error) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return 0, &InputError{field, fmt.Sprintf("has %q, which is no id: ids are 64-bit integers", id)}
	}
	return n, nil
}

func parseIDs(field string, ids []string) ([]int64, error) {
	if len(ids) > maxIDs {
		return nil, &InputError{field, fmt.Sprintf("has %d ids, more than %d", len(ids), maxIDs)}
	}
	ns := make([]int64, len(ids))
	for i, id := range ids {
		n, err := parseID(field, id)
		if err != nil {
			return nil, err
		}
		ns[i] = n
	}
	return ns, nil
}

// parseText reads text that goes to the database: Postgres takes no other. Text that is none gets here by the query of a GET, or an escape.
func parseText(field, text string) (string, error) {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return "", &InputError{field, "must be valid UTF-8 without NUL"}
	}
	return text, nil
}

// parseFirst reads the size of a page; an explicit null is the default.
func parseFirst(first *int) (int, error) {
	switch {
	case first == nil:
		return defaultFirst, nil
	case *first < 0 || *first > maxFirst:
		return 0, &InputError{"first", fmt.Sprintf("must be between 0 and %d", maxFirst)}
	}
	return *first, nil
}

// parsePage reads the arguments of a list whose cursors are of the kind.
func parsePage(kind string, first *int, after *string) (page catalogue.Page, err error) {
	if page.First, err = parseFirst(first); err != nil {
		return page, err
	}
	if after != nil {
		page.HasAfter = true
		page.After, err = decodeIntCursor(kind, *after)
	}
	return page, err
}
