/* SPDX-License-Identifier: MIT
 *
 * 01_frames: reads the cluster protocol from stdin and prints each message.
 * 01_frames -w: makes a frame of each line instead.
 *
 *   echo '{"op":"x_hi","data":{"n":1}}' | 01_frames -w | 01_frames
 */
#include <stdio.h>
#include <string.h>

#include "zoryx/ipc.h"

static int show(struct zx_str frame)
{
	struct zx_ipc_message m;
	size_t where;

	if (zx_json_check(frame, 0, &where))
		return printf("not JSON at byte %zu\n", where) < 0;
	if (zx_ipc_message_scan(frame, &m))
		return printf("JSON, but no message: op or data missing\n") < 0;
	return printf("%.*s from %.*s: %.*s\n", ZX_ARG(m.name),
		      ZX_ARG(m.source), ZX_ARG(m.data)) < 0;
}

static int read_frames(FILE *in)
{
	struct zx_ipc_decoder d;
	struct zx_str bytes, frame;
	char piece[4096];
	int err = 0, cut;

	zx_ipc_decoder_init(&d, NULL, 0);
	while (!err && (bytes.len = fread(piece, 1, sizeof(piece), in)) > 0) {
		bytes.ptr = piece;
		while (!(err = zx_ipc_decode(&d, &bytes, &frame)) && frame.len)
			show(frame);
	}
	cut = zx_ipc_decoder_inside(&d);
	zx_ipc_decoder_release(&d);
	if (err || cut)
		fprintf(stderr, "%s\n",
			err ? zx_strerror(err) : "ends inside a frame");
	return err || cut;
}

static int write_frames(FILE *in, FILE *out)
{
	struct zx_buf b;
	char line[4096];
	int err = 0;

	zx_buf_init(&b, NULL, 0);
	while (!err && fgets(line, sizeof(line), in)) {
		zx_buf_clear(&b);
		err = zx_ipc_encode(&b, zx_str_trim(zx_str(line)));
		if (!err && fwrite(b.ptr, 1, b.len, out) != b.len)
			err = ZX_E_IO;
	}
	zx_buf_release(&b);
	if (err)
		fprintf(stderr, "%s\n", zx_strerror(err));
	return err != 0;
}

int main(int argc, char **argv)
{
	return argc > 1 && !strcmp(argv[1], "-w") ? write_frames(stdin, stdout)
						  : read_frames(stdin);
}
