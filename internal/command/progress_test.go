package command

import (
	"bytes"
	"strings"
	"testing"
)

func TestProgress_nothingBesideATerminal(t *testing.T) {
	var out bytes.Buffer
	bar := newProgress(&out)
	bar.step("reading")(1, 2)
	bar.clear()
	if out.Len() != 0 {
		t.Errorf("drew %q", out.String())
	}
}

func TestProgress_onATerminal(t *testing.T) {
	var out bytes.Buffer
	bar := &progress{w: &out, drawn: true}
	bar.step("reading")(1, 4)
	bar.step("deciding")(3, 4)
	bar.clear()
	for _, want := range []string{"reading", "deciding"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("drew %q, without %s", out.String(), want)
		}
	}
}

// A step that has nothing to do (total 0) is no reason to fail.
func TestProgress_emptyStep(t *testing.T) {
	var out bytes.Buffer
	bar := &progress{w: &out, drawn: true}
	bar.step("deciding")(0, 0)
	bar.clear()
}
