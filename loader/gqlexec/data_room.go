package gqlexec

import (
	"context"
	"net/http"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
)

// dataRoom is the context of a request whose data is encoded where its answer is written from. One execution takes it; another one
// under the same context, such as that of an extension that runs the operation twice, has its data in memory of its own.
type dataRoom struct {
	context.Context
	taken atomic.Bool
	full  atomic.Bool // set after buf by the one who has taken it
	buf   *[]byte     // of encodedAnswers; once full the data and what is before it
}

const beforeData = `{"data":`

type dataRoomKey struct{}

func newDataRoom(ctx context.Context) *dataRoom {
	return &dataRoom{Context: ctx, buf: encodedAnswers.Get().(*[]byte)}
}

// Value returns the room itself under its key.
func (d *dataRoom) Value(key any) any {
	if key == (dataRoomKey{}) {
		return d
	}
	return d.Context.Value(key)
}

// roomFor returns the room of ctx that nobody has taken yet, or nil.
func roomFor(ctx context.Context) *dataRoom {
	if d, ok := ctx.Value(dataRoomKey{}).(*dataRoom); ok && d.taken.CompareAndSwap(false, true) {
		return d
	}
	return nil
}

// fill ends the encoding of the data, and returns it without what is before it.
func (d *dataRoom) fill(encoded []byte) (data []byte) {
	*d.buf = encoded
	d.full.Store(true)
	return encoded[len(beforeData):len(encoded):len(encoded)]
}

// write writes a response. What an execution under way has taken, of which the response is not, is left to it.
func (d *dataRoom) write(w http.ResponseWriter, response *graphql.Response) {
	if d.taken.CompareAndSwap(false, true) || !d.holds(response) {
		writeResponse(w, response)
		return
	}
	if len(response.Errors) > 0 || len(response.Extensions) > 0 {
		writeResponse(w, response)
	} else {
		*d.buf = append(*d.buf, '}')
		writeAnswer(w, *d.buf)
	}
	if cap(*d.buf) <= maxKept {
		encodedAnswers.Put(d.buf)
	}
}

// holds tells whether the data of a response is in the room, as it was encoded.
func (d *dataRoom) holds(response *graphql.Response) bool {
	if response == nil || len(response.Data) == 0 || !d.full.Load() {
		return false
	}
	data := (*d.buf)[len(beforeData):]
	return len(data) == len(response.Data) && &data[0] == &response.Data[0]
}
