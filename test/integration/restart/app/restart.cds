@path: '/odata/v4/restart'
@requires: 'any'
service RestartService {
  function call() returns String;
  action write() returns String;
  action enqueue();
}
