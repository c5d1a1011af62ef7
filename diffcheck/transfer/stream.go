package transfer

import (
	"io"

	"github.com/connspec/connspec/spec"
)

// Stream is a connected stream socket as an [io.ReadWriteCloser].
type Stream struct {
	t  *Thread
	fd int32
}

func (s *Stream) Read(p []byte) (int, error) {
	r, err := s.t.Call(spec.Call{Op: spec.OpRecv, FD: s.fd, Buf: p})
	if err == nil && r.Ret == 0 && len(p) > 0 {
		err = io.EOF
	}
	return int(max(r.Ret, 0)), err
}

func (s *Stream) Write(p []byte) (n int, err error) {
	for n < len(p) {
		r, err := s.t.Call(spec.Call{Op: spec.OpSend, FD: s.fd, Buf: p[n:]})
		if err != nil {
			return n, err
		}
		n += int(r.Ret)
	}
	return n, nil
}

// CloseWrite sends FIN.
func (s *Stream) CloseWrite() error {
	_, err := s.t.Call(spec.Call{Op: spec.OpShutdown, FD: s.fd, How: spec.ShutWr})
	return err
}

func (s *Stream) Close() error {
	_, err := s.t.Call(spec.Call{Op: spec.OpClose, FD: s.fd})
	return err
}
