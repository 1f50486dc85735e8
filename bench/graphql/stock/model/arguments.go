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
func Page(order string, first *int, after *string) (catalogue.Page, error) {
	page := catalogue.Page{First: defaultFirst}
	if first != nil {
		page.First = *first
	}
	if page.First < 0 || page.First > maxFirst {
		return page, fmt.Errorf("first must be between 0 and %d", maxFirst)
	}
	if after == nil {
		return page, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(*after)
	position, ok := strings.CutPrefix(string(text), order)
	if err != nil || !ok {
		return page, errors.New("after is not a cursor of this list")
	}
	page.HasAfter = true
	page.After, err = ID(position)
	return page, err
}
