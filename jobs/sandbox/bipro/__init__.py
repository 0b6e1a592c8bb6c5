"""The simulated postboxes of BiPRO 410 and 430: VEMA's, and that of a standard insurer.

- names, style: namespaces, paths, and what the two services do differently
- reading: bytes of a request to what is asked, with this side's own eyes; writing: answers
- content, pdf, files, kinds: what lies in shipments; shelf: which shipments there are and what became of them
- wishes: the tables `[bipro]` and `[[bipro.…]]` of the faults file
- service: log-in, tokens, the three operations; client: how tests look into it
"""
