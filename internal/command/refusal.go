package command

import (
	"encoding/json"
	"net/http"

	"github.com/go-chi/chi/v5/middleware"
)

// The codes of requests that do not get as far as to the API, as the API has them.
const (
	codeBadInput    = "BAD_USER_INPUT"
	codeTimeout     = "TIMEOUT"
	codeUnavailable = "UNAVAILABLE"
	codeInternal    = "INTERNAL"
)

// refuse answers a request as the API answers one that has failed: that is what its clients read.
func refuse(w http.ResponseWriter, r *http.Request, status int, code, message string) {
	type refusal struct {
		Message    string            `json:"message"`
		Extensions map[string]string `json:"extensions"`
	}
	extensions := map[string]string{"code": code}
	if code == codeInternal {
		extensions["requestId"] = middleware.GetReqID(r.Context())
	}
	answer, err := json.Marshal(map[string][]refusal{"errors": {{message, extensions}}})
	if err != nil {
		panic(err) // strings can be encoded
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(answer) // that the client is gone is nobody's concern
}
