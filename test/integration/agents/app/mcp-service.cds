/** Stands where an MCP endpoint is: behind the routes of the approuter for agents. */
@path: '/mcp/whoami'
@protocol: 'rest'
@requires: 'authenticated-user'
service WhoamiService {
  function whoami() returns String;
}
