package process

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// ProfileCPU writes a CPU profile of whole seconds from now on to a file.
func (p *Process) ProfileCPU(ctx context.Context, duration time.Duration, file string) error {
	return p.download(ctx, fmt.Sprintf("/profile/cpu?seconds=%d", int(duration.Seconds())), file)
}

// ProfileAllocations writes what is allocated within a second from now to a file.
func (p *Process) ProfileAllocations(ctx context.Context, file string) error {
	return p.download(ctx, "/profile/allocs?seconds=1", file)
}

// download writes what the server's private listener answers to a file.
func (p *Process) download(ctx context.Context, path, file string) error {
	response, err := p.get(ctx, path)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s of %s: %s", path, p.name, response.Status)
	}
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, response.Body); err != nil {
		_ = out.Close() // the first error tells more
		return err
	}
	return out.Close()
}
