//go:build !js

// Command gallery, built for the machine that builds, serves the design system as make built it.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"countersign/backend/server"
)

func main() {
	site := flag.String("site", "build/bin/gallery", "directory of the built site")
	addr := flag.String("addr", "localhost:8081", "where to listen")
	flag.Parse()
	if err := serve(*site, *addr); err != nil {
		fmt.Fprintln(os.Stderr, "serve the gallery:", err)
		os.Exit(1)
	}
}

func serve(site, addr string) error {
	files, err := server.Static(os.DirFS(site))
	if err != nil {
		return err
	}
	listening, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fmt.Printf("the gallery is at http://%s/dev/gallery\n", listening.Addr())
	s := &http.Server{Handler: files, ReadHeaderTimeout: 10 * time.Second}
	return s.Serve(listening)
}
