package model

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/clumpql/clumpql/internal/catalogue"
)

const (
	defaultFirst = 20
	maxFirst     = 1000
)

// The first letter of a cursor says by what its list is sorted.
const (
	ByID       = "i"
	ByPosition = "p"
	byActivity = "a"
)

// ID reads an id.
func ID(id string) (int64, error) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is no id", id)
	}
	return n, nil
}

// IDs reads ids.
func IDs(ids []string) ([]int64, error) {
	ns := make([]int64, len(ids))
	for i, id := range ids {
		n, err := ID(id)
		if err != nil {
			return nil, err
		}
		ns[i] = n
	}
	return ns, nil
}

// Page reads which page is wanted of a list that is sorted by order.
func Page(order string, first *int, after *string) (page catalogue.Page, err error) {
	if page.First, err = size(first); err != nil || after == nil {
		return page, err
	}
	position, err := cursor(order, *after)
	if err != nil {
		return page, err
	}
	page.HasAfter = true
	page.After, err = ID(position)
	return page, err
}

// TimelinePage reads which page is wanted of a timeline.
func TimelinePage(first *int, after *string) (page catalogue.TimelinePage, err error) {
	if page.First, err = size(first); err != nil || after == nil {
		return page, err
	}
	text, err := cursor(byActivity, *after)
	if err != nil {
		return page, err
	}
	micros, id, _ := strings.Cut(text, ":")
	page.HasAfter = true
	if page.AfterMicros, err = ID(micros); err != nil {
		return page, err
	}
	page.AfterID, err = ID(id)
	return page, err
}

func size(first *int) (int, error) {
	switch {
	case first == nil:
		return defaultFirst, nil
	case *first < 0 || *first > maxFirst:
		return 0, fmt.Errorf("first must be between 0 and %d", maxFirst)
	}
	return *first, nil
}

// cursor returns what is in a cursor behind its first letter.
func cursor(order, after string) (string, error) {
	text, err := base64.RawURLEncoding.DecodeString(after)
	rest, ok := strings.CutPrefix(string(text), order)
	if err != nil || !ok {
		return "", errors.New("after is not a cursor of this list")
	}
	return rest, nil
}
